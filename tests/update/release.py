"""Keys of a release that are made for a test, and what they sign."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Signer:
    """A certificate authority, and a certificate of it that signs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.ca = folder / "ca.pem"
        self._key, self._certificate = folder / "release.key", folder / "release.pem"
        self._request(folder / "ca.key", "-x509", "-out", self.ca, "-days", "3650", "-subj", "/CN=gymbox tests")
        self._request(self._key, "-out", folder / "release.csr", "-subj", "/CN=gymbox test release")
        self._openssl(
            *("x509", "-req", "-in", folder / "release.csr", "-CA", self.ca, "-CAkey", folder / "ca.key"),
            *("-CAcreateserial", "-out", self._certificate, "-days", "3650"),
        )

    def sign(self, file: Path) -> Path:
        """Make `FILE.p7s`, as packaging/README.md says."""
        signature = file.with_name(f"{file.name}.p7s")
        self._openssl(
            *("cms", "-sign", "-binary", "-outform", "DER", "-signer", self._certificate, "-inkey", self._key),
            *("-in", file, "-out", signature),
        )
        return signature

    def _request(self, key: Path, *words: object) -> None:
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, *words)

    @staticmethod
    def _openssl(*words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
