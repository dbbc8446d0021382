"""The box's own secret: what its tokens and clip addresses are signed with."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from gymbox.errors import ConfigError
from gymbox.identity import Epoch, new_epoch
from gymbox.storage.files import sync

if TYPE_CHECKING:
    from pathlib import Path

SECRET_BYTES: Final = 32
"""As many as HMAC-SHA-256 can use."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    box_id: Epoch
    secret: Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{2 * SECRET_BYTES}}}$")]


@dataclass(frozen=True, slots=True)
class Keys:
    """Who this box is, and its secret, from `data_dir/hub/key.json`; lost, every token is void."""

    box_id: str
    """Twelve letters, never another box's."""
    _secret: bytes

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Read the file; made where there is none.

        Raises:
            ConfigError: it is damaged, or others may read it.
        """
        path = private(data_dir) / "key.json"
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"{path}: others may read the box's secret: chmod 600 {path}")
        try:
            kept = _Kept.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise ConfigError(f"{path}: is damaged; without it, every phone has to pair again: remove it") from error
        return cls(kept.box_id, bytes.fromhex(kept.secret))

    def of(self, purpose: str) -> bytes:
        """A key for one purpose; none of them tells the secret, nor each other."""
        return hmac.digest(self._secret, purpose.encode(), "sha256")

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits by which a phone sees which box a token is for."""
        return self.of("fingerprint").hex()[:16]


def private(data_dir: Path) -> Path:
    """The hub's folder, for its owner alone."""
    folder = data_dir / "hub"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, whole, on disk, and readable by its owner alone from the first byte."""
    part = path.with_name(f"{path.name}.{new_epoch()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
    sync(path.parent)


def certificate_fingerprint(certificate: Path) -> str:
    """SHA-256 of the first certificate of a PEM file, as 16 hexadecimal digits.

    Raises:
        ConfigError: there is none in it.
    """
    try:
        text = certificate.read_text(encoding="ascii")
        start = text.index("-----BEGIN CERTIFICATE-----")
        end = text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text[start:end])).hexdigest()[:16]
    except (OSError, ValueError) as error:
        raise ConfigError(f"{certificate}: expected a PEM certificate: {error}") from error


def _make(path: Path) -> None:
    kept = _Kept(box_id=new_epoch(), secret=secrets.token_bytes(SECRET_BYTES).hex())
    write_private(path, kept.model_dump_json().encode())
