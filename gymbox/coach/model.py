"""A language model behind Anthropic's Messages API: asked by streaming, heard until its sentences are whole."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final

import httpx2
from anthropic import APIConnectionError, APIError, APIStatusError, AsyncAnthropic
from anthropic.types import RawContentBlockDeltaEvent, RawMessageDeltaEvent, RawMessageStartEvent, TextDelta

from gymbox.coach.answer import UNENDED, sentences
from gymbox.errors import ModelUnansweredError, RefusedAnswerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gymbox.coach.adviser import Call
    from gymbox.coach.prompt import Prompt
    from gymbox.config.settings import CoachSettings

LARGEST: Final = 256 << 10
"""Bytes of one answer off the wire. Two sentences take three thousand; what is more is no answer."""
PASSING: Final = frozenset({408, 409, 425, 429})
"""Status codes under 500 after which the same question may be answered."""
OF_THE_STREAM: Final = {"overloaded_error": 529, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504}
"""Errors that come inside a stream whose status was 200."""

for noisy in ("httpx2", "httpcore2", "anthropic"):  # a line for each question; what went wrong, we say ourselves
    logging.getLogger(noisy).setLevel(logging.WARNING)


class Model:
    """The model that the settings name."""

    def __init__(self, settings: CoachSettings, key: str) -> None:
        self._name, self._max_tokens = settings.model, settings.max_tokens
        self._client = AsyncAnthropic(
            api_key=key,
            base_url=settings.base_url,
            max_retries=0,  # `Adviser` knows how much time there is
            http_client=httpx2.AsyncClient(transport=_Bounded()),
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def ask(self, prompt: Prompt, call: Call) -> str:
        """As many whole sentences as the prompt wants, as soon as they are there; what comes after is not waited for.

        Raises:
            ModelUnansweredError: it was not reached, refused, broke off, or sent something else.
            RefusedAnswerError: it talks without end.
        """
        try:
            return await self._ask(prompt, call)
        except APIStatusError as error:
            status = _status(error)
            lasting = 400 <= status < 500 and status not in PASSING
            raise ModelUnansweredError(_words(error, status), lasting=lasting, retry_after_s=_wait(error)) from error
        except APIConnectionError as error:
            raise ModelUnansweredError(f"not reached: {error.__cause__ or error}") from error
        except (APIError, httpx2.HTTPError, ValueError, TypeError, AttributeError, LookupError) as error:
            # The library trusts that a stream is well formed, and trips in many ways over one that is not.
            raise ModelUnansweredError(f"no answer to be read: {type(error).__name__}: {error}"[:200]) from error

    async def _ask(self, prompt: Prompt, call: Call) -> str:
        stream = await self._client.messages.create(
            model=self._name,
            max_tokens=self._max_tokens,
            system=prompt.system,
            messages=[{"role": "user", "content": prompt.user}],
            stream=True,
        )
        before, read = call.tokens, 0
        async with stream:
            async for event in stream:
                match event:
                    case RawMessageStartEvent(message=message):
                        read = message.usage.input_tokens
                    case RawContentBlockDeltaEvent(delta=TextDelta(text=text)):
                        call.text += text
                    case RawMessageDeltaEvent(delta=delta, usage=usage):
                        call.tokens = before + read + usage.output_tokens
                        return _ended(call.text, delta.stop_reason)
                call.tokens = before + read + len(call.text) // 3
                # A sentence's end is one only once a space follows it: `1.` may become `1.5`.
                if len(whole := sentences(call.text.rpartition(" ")[0])) >= prompt.sentences:
                    return " ".join(whole[: prompt.sentences])
                if len(call.text) > UNENDED:
                    raise RefusedAnswerError(f"expected a sentence, got {UNENDED} characters without an end")
        raise ModelUnansweredError("it broke off")


def _ended(text: str, why: str | None) -> str:
    """What stands once the model has ended by itself."""
    if why not in {"end_turn", "stop_sequence"}:
        raise RefusedAnswerError(f"expected a whole answer, got one that ended by {why}")
    return text


def _status(error: APIStatusError) -> int:
    """Of the answer, or of the error that came inside a stream."""
    if error.status_code != 200:
        return error.status_code
    return OF_THE_STREAM.get(_kind(error), 500)


def _kind(error: APIStatusError) -> str:
    body = error.body
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return ""
    inner = body.get("error") if isinstance(body, dict) else None
    return str(inner.get("type", "")) if isinstance(inner, dict) else ""


def _words(error: APIStatusError, status: int) -> str:
    where = " inside its answer" if error.status_code == 200 else ""
    return f"refused: {status} {_kind(error) or 'without a reason'}{where}"


def _wait(error: APIStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0


class _Bounded(httpx2.AsyncHTTPTransport):
    """Reads no more of an answer than an answer can be."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Least(response.stream)
        return response


class _Least(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > LARGEST:
                raise httpx2.ReadError(f"more than {LARGEST} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
