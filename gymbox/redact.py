"""Text without its credentials: for everything that is logged, published, answered or shown."""

from __future__ import annotations

import re
from typing import Final

_HIDDEN: Final = "***"

# A camera's password may hold `/` and `@` unescaped, so all up to the last `@` before white space or a quote goes.
# That may hide part of a harmless URL with an `@` in its path, which is the better mistake.
# One slash is enough: `Path("rtsp://…")` keeps no more.
_USERINFO: Final = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*:/{1,2})[^\s'\"<>]*@")
_SECRET_PARAMETER: Final = re.compile(
    r"(?i)([?&;](?:user(?:name)?|usr|login|pass(?:word|wd)?|pwd|psw|token|secret|api_?key|auth|credentials?)=)[^\s&;#'\"<>]+"
)
_AUTHORISATION: Final = re.compile(r"(?i)\b(bearer|basic|digest)\s+[A-Za-z0-9+/=._~-]{8,}")
_JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def redact(text: str) -> str:
    """`text` with user info of URLs, secrets in their parameters, authorisation headers and JWTs as `***`."""
    text = _USERINFO.sub(rf"\1{_HIDDEN}@", text)
    text = _SECRET_PARAMETER.sub(rf"\1{_HIDDEN}", text)
    text = _AUTHORISATION.sub(rf"\1 {_HIDDEN}", text)
    return _JWT.sub(_HIDDEN, text)
