"""Where newer versions are announced: a JSON file anywhere on the web, and the downloads that it names.

It is not trusted: it says where a file is, and the file's own signature says whether it is one of ours.
"""

from __future__ import annotations

import shutil
import time
import urllib.error
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gymbox.errors import UpdateError, in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from pathlib import Path

SILENCE_S: Final = 30.0
"""How long a server may send nothing."""
LARGEST_FEED: Final = 1 << 20
LARGEST_FILE: Final = 4 << 30
BLOCK: Final = 1 << 20
SAY_EVERY_S: Final = 1.0
ROOM: Final = 2
"""Times its size must be free for a download: it is unpacked as well."""


class Download(BaseModel):
    """A file of a release."""

    model_config = ConfigDict(frozen=True)

    url: str
    """Absolute, or as seen from the feed."""
    size_bytes: Annotated[int, Field(ge=0, le=LARGEST_FILE)] = 0


class Feed(BaseModel):
    """The newest release."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    version: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9A-Za-z.+~-]{0,40}$")]
    notes: Annotated[str, StringConstraints(max_length=2000)] = ""
    files: dict[str, Download]
    """By what they are for: `package-amd64`, `image-arm64`."""


def fetch_feed(url: str) -> Feed:
    """What the feed announces, its files' addresses absolute.

    Raises:
        UpdateError: it cannot be had, or is none.
    """
    with closing(_open(url)) as answer:
        text = answer.read(LARGEST_FEED)
    try:
        feed = Feed.model_validate_json(text)
    except ValidationError as error:
        raise UpdateError(f"{_host(url)}: expected a feed of releases: {in_words(error)}") from error
    files = {what: one.model_copy(update={"url": urljoin(url, one.url)}) for what, one in feed.files.items()}
    return feed.model_copy(update={"files": files})


def download(url: str, into: Path, *, say: Callable[[float], None]) -> Path:
    """The file at `url`, in the folder `into` under its own name; goes on with what an earlier try has left.

    Args:
        url: http or https.
        into: a folder.
        say: is told which share is there, now and then.

    Raises:
        UpdateError: it cannot be had, or there is no room for it.
    """
    name = urlsplit(url).path.rpartition("/")[2]
    if not name or name.startswith("."):
        raise UpdateError(f"{url}: expected the address of a file")
    target, part = into / name, into / f"{name}.part"
    there = part.stat().st_size if part.exists() else 0
    answer = _open(url, after=there)
    with closing(answer):
        if answer.status != 206:  # the server sends all of it, not the rest
            there = 0
        whole = there + int(answer.headers.get("Content-Length") or 0)
        if whole > LARGEST_FILE or shutil.disk_usage(into).free < (whole - there) * ROOM:
            raise UpdateError(f"{name}: {whole >> 20} MiB; there is no room for it in {into}")
        with part.open("r+b" if there else "wb") as file:
            file.truncate(there)
            file.seek(there)
            said = 0.0
            while block := _block(answer, url):
                file.write(block)
                there += len(block)
                if there > LARGEST_FILE:
                    raise UpdateError(f"{name}: is larger than {LARGEST_FILE >> 30} GiB")
                if whole and time.monotonic() - said >= SAY_EVERY_S:
                    said = time.monotonic()
                    say(min(1.0, there / whole))
    if there < whole:
        raise UpdateError(f"{_host(url)}: the connection was lost after {there >> 20} of {whole >> 20} MiB; try again")
    part.replace(target)
    return target


def _block(answer: HTTPResponse, url: str) -> bytes:
    try:
        return answer.read(BLOCK)
    except OSError as error:
        raise UpdateError(f"{_host(url)}: {error}; try again") from error


def _open(url: str, *, after: int = 0) -> HTTPResponse:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UpdateError(f"{url}: expected an address that begins with https:// or http://")
    request = urllib.request.Request(url, headers={"Range": f"bytes={after}-"} if after else {})  # noqa: S310 -- checked
    try:
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=SILENCE_S)  # noqa: S310 -- checked
    except urllib.error.HTTPError as error:
        raise UpdateError(f"{_host(url)}: {error.code} {error.reason}, for {urlsplit(url).path}") from error
    except OSError as error:
        raise UpdateError(f"{_host(url)}: {getattr(error, 'reason', error)}") from error
    return answer


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
