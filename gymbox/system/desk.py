"""The hub's side: a request in a file, which systemd sees, and the answer out of another."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from gymbox.errors import SystemChangeError
from gymbox.hub.keys import write_private
from gymbox.identity import new_epoch
from gymbox.system.words import Answer, Request

if TYPE_CHECKING:
    from gymbox.system.words import Wanted

REQUEST: Final = "system.json"
"""In the box's `run_dir`; `gymbox-system.path` watches it."""
ANSWER: Final = "answer.json"
ANSWERS: Final = Path("/run/gymbox-system")
"""Root's folder of the answer. Where it is not, no systemd does anything for this box."""
ANSWER_S: Final = 100.0
"""How long it is waited for: joining a Wi-Fi takes most of a minute."""
LOOK_S: Final = 0.2


class Desk:
    """Root, asked one thing at a time."""

    def __init__(self, run_dir: Path, answers: Path = ANSWERS) -> None:
        self._request, self._answers = run_dir / REQUEST, answers
        self._one_at_a_time = asyncio.Lock()

    @property
    def there(self) -> bool:
        """Whether anybody will answer."""
        return self._answers.is_dir()

    async def ask(self, wanted: Wanted) -> Answer:
        """Have it done.

        Raises:
            SystemChangeError: it was not done; the message says why.
        """
        if not self.there:
            raise SystemChangeError("this gymbox does not look after the machine that it runs on")
        async with self._one_at_a_time:
            request = Request(id=new_epoch(), wanted=wanted)
            write_private(self._request, request.model_dump_json().encode())
            try:
                answer = await self._answer(request.id)
            finally:
                self._request.unlink(missing_ok=True)  # it may hold a password
        if answer.error:
            raise SystemChangeError(answer.error)
        return answer

    async def _answer(self, wanted: str) -> Answer:
        until = time.monotonic() + ANSWER_S
        while time.monotonic() < until:
            await asyncio.sleep(LOOK_S)
            try:
                answer = Answer.model_validate_json((self._answers / ANSWER).read_bytes())
            except (OSError, ValidationError):  # none yet
                continue
            if answer.id == wanted:
                return answer
        raise SystemChangeError(f"no answer within {ANSWER_S:g} s; the log of gymbox-system.service says why")
