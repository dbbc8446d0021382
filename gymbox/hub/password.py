"""The operator's password: an argon2id hash in a file of the hub's folder."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gymbox.errors import ConfigError
from gymbox.hub.keys import private, write_private

if TYPE_CHECKING:
    from pathlib import Path

SHORTEST: Final = 10
"""Letters of a password. The hub allows few tries a minute, so this need not withstand more."""
LONGEST: Final = 200
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""


class Password:
    """The password as the hub knows it. It is read at each use, so that a change holds at once."""

    def __init__(self, data_dir: Path, *, hasher: PasswordHasher | None = None) -> None:
        self._path = private(data_dir) / "password"
        self._hasher = hasher or PasswordHasher()
        self._one_at_a_time = asyncio.Semaphore(1)  # each takes 64 MiB and 0.1 s of four threads

    @property
    def known(self) -> bool:
        """Whether one was set."""
        return self._path.exists()

    @property
    def generation(self) -> str:
        """Another one for each password: a token that names an older one is void."""
        return hashlib.sha256(self._path.read_bytes()).hexdigest()[:16] if self.known else ""

    def set(self, password: str) -> None:
        """Set it, and shut out whoever is in by the one before.

        Raises:
            ConfigError: it is too short, or longer than anybody types.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise ConfigError(f"password: expected {SHORTEST} to {LONGEST} letters, got {len(password)}")
        write_private(self._path, self._hasher.hash(password).encode())

    def invent(self) -> str:
        """Set one that nobody can guess, and return it."""
        words = ["".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(3)]
        self.set("-".join(words))
        return "-".join(words)

    async def holds(self, password: str) -> bool:
        """Whether it is this one."""
        async with self._one_at_a_time:
            return self.known and await asyncio.to_thread(self._verify, password)

    def _verify(self, password: str) -> bool:
        try:
            return self._hasher.verify(self._path.read_bytes(), password)
        except (VerificationError, InvalidHashError):
            return False
