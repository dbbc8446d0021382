"""Errors as a client sees them: `application/problem+json` (RFC 9457), always of one shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from gymbox.errors import BusError, GymboxError, NoAnswerError, RefusedError, StorageError, UnknownError
from gymbox.redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

_log = structlog.get_logger(__name__)

RETRY_S: Final = 2
"""What a client is told to wait while the box's other processes are not there."""


class Problem(BaseModel):
    """What went wrong."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""


class Refusal(Exception):  # noqa: N818 -- it is an answer
    """An answer that is no: raised where it is found out, sent by the middleware."""

    def __init__(self, status: int, title: str, detail: str = "", *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.problem = Problem(title=title, status=status, detail=detail)
        self.headers = dict(headers or {})


def unauthorised(detail: str = "expected a token") -> Refusal:
    """Nobody knows who asks."""
    return Refusal(401, "unauthorised", detail, headers={"WWW-Authenticate": "Bearer"})


def forbidden(detail: str) -> Refusal:
    """It is known who asks, and it is not theirs."""
    return Refusal(403, "forbidden", detail)


def unknown(detail: str) -> Refusal:
    """There is none."""
    return Refusal(404, "not found", detail)


def answer(refusal: Refusal) -> web.Response:
    """The refusal as a response."""
    body = refusal.problem.model_dump_json().encode()
    return web.Response(
        status=refusal.problem.status, body=body, content_type="application/problem+json", headers=refusal.headers
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error that leaves the hub, in the one shape; a defect is logged and says nothing of itself."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return answer(refusal)
    except GymboxError as error:
        return answer(_of(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allowed = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return answer(Refusal(error.status, error.reason.lower(), headers=allowed))
    except Exception:  # noqa: BLE001 -- whatever a handler trips over, the hub stays open
        _log.exception("request failed", method=request.method, path=request.path)
        return answer(Refusal(500, "internal error", "the box's log says what"))


def _of(error: GymboxError) -> Refusal:
    """What an error of ours means to a client."""
    later = {"Retry-After": str(RETRY_S)}
    match error:
        case UnknownError():
            return unknown(redact(str(error)))
        case RefusedError(kind="UnknownError"):
            return unknown(str(error))
        case RefusedError(kind="StorageError"):
            return Refusal(409, "conflict", str(error))
        case NoAnswerError():
            return Refusal(
                503, "unavailable", "another of the box's processes does not answer; try again", headers=later
            )
        case BusError() | StorageError():
            return Refusal(503, "unavailable", redact(str(error)), headers=later)
        case _:
            _log.error("request failed", error=str(error))
            return Refusal(500, "internal error", "the box's log says what")
