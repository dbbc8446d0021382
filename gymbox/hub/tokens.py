"""Tokens: who somebody is, signed by the box. Whether they still may come in is `guests`' to say."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

import jwt

from gymbox.hub.problem import Refusal, forbidden, unauthorised
from gymbox.hub.route import Role

if TYPE_CHECKING:
    from gymbox.hub.keys import Keys

_ALGORITHM: Final = "HS256"
_NEEDED: Final = ("iss", "aud", "sub", "jti", "iat", "exp")
DAY_S: Final = 86_400
LINK_S: Final = 600
"""How long the address of a clip is good. Raising it lets one that was passed on be watched for longer."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says."""

    role: Role
    subject: str
    """A device's id, or `operator`."""
    token_id: str
    expires: int
    """Seconds since 1970."""


class Tokens:
    """Makes and reads the tokens of one box."""

    def __init__(self, keys: Keys) -> None:
        self._issuer = keys.box_id
        self._key = keys.of("tokens")
        self._link_key = keys.of("links")

    def issue(self, role: Role, subject: str, token_id: str, *, lasts_s: float) -> str:
        """A token for `subject`."""
        now = int(time.time())
        claims = {"iss": self._issuer, "aud": role, "sub": subject, "jti": token_id, "iat": now}
        return jwt.encode(claims | {"exp": now + int(lasts_s)}, self._key, algorithm=_ALGORITHM)

    def read(self, token: str) -> Claims:
        """What the token says.

        Raises:
            Refusal: 401: it is no token of this box, forged, or expired.
        """
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                audience=get_args(Role),
                options={"require": list(_NEEDED), "verify_iat": False},  # a box without a battery wakes in the past
            )
        except jwt.ExpiredSignatureError as error:
            raise unauthorised("the token has expired") from error
        except jwt.InvalidTokenError as error:
            raise unauthorised("the token is none of this box's") from error
        return Claims(claims["aud"], claims["sub"], claims["jti"], claims["exp"])

    def sign_link(self, path: str, subject: str, *, lasts_s: float = LINK_S) -> tuple[str, int]:
        """`path` as an address that needs no token until it expires, and when that is, in seconds since 1970."""
        expires = int(time.time() + lasts_s)
        return f"{path}?by={subject}&until={expires}&seal={self._seal(path, subject, expires)}", expires

    def check_link(self, path: str, subject: str, expires: int, seal: str) -> None:
        """Let it pass.

        Raises:
            Refusal: 403: it was changed, or has expired.
        """
        if not hmac.compare_digest(seal.encode(), self._seal(path, subject, expires).encode()):
            raise forbidden("the address is not as the box made it")
        if expires < time.time():
            raise Refusal(403, "forbidden", "the address has expired; ask for the replay again")

    def _seal(self, path: str, subject: str, expires: int) -> str:
        return hmac.digest(self._link_key, f"{path}\n{subject}\n{expires}".encode(), "sha256").hex()[:32]
