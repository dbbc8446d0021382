"""What is announced, and downloads over connections that break."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from gymbox.errors import UpdateError
from gymbox.update.feed import download, fetch_feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = bytes(range(256)) * 20_000


class Web(ThreadingHTTPServer):
    """A server of files, which hangs up after so many bytes of an answer if it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, bytes] = {}
        self.hangs_up_after: int | None = None
        self.heeds_ranges = True
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Somebody hung up, as some of these tests do."""


class _Answer(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        found = self.server.files.get(self.path.partition("?")[0])
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        if found is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.heeds_ranges else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(found) - start))
        self.end_headers()
        self.wfile.write(found[start:][: self.server.hangs_up_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_feed_names_its_files_as_seen_from_it(web: Web) -> None:
    files = {"package-amd64": {"url": "0.2.0/gymbox.deb", "size_bytes": 7}, "image-amd64": {"url": "https://a.b/c"}}
    web.files["/here/feed.json"] = json.dumps({"version": "0.2.0", "notes": "more", "files": files}).encode()
    feed = fetch_feed(f"{web.url}/here/feed.json")
    assert feed.files["package-amd64"].url == f"{web.url}/here/0.2.0/gymbox.deb"
    assert feed.files["image-amd64"].url == "https://a.b/c"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>", "expected a feed of releases"),
        (b'{"version": "../0.2", "files": {}}', "version"),
        (None, "404"),
    ],
)
def test_what_is_no_feed_is_named(web: Web, content: bytes | None, why: str) -> None:
    if content is not None:
        web.files["/feed.json"] = content
    with pytest.raises(UpdateError, match=why):
        fetch_feed(f"{web.url}/feed.json")


@pytest.mark.parametrize("url", ["file:///etc/shadow", "ftp://a/b", "/etc/shadow"])
def test_nothing_but_the_web_is_read(url: str) -> None:
    with pytest.raises(UpdateError, match="expected an address that begins with"):
        fetch_feed(url)


def test_a_file_is_there_whole(web: Web, tmp_path: Path) -> None:
    web.files["/a/gymbox.deb"] = FILE
    shares: list[float] = []
    assert download(f"{web.url}/a/gymbox.deb?key=1", tmp_path, say=shares.append).read_bytes() == FILE
    assert [path.name for path in tmp_path.iterdir()] == ["gymbox.deb"]
    assert shares
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("heeds_ranges", [True, False])
def test_a_download_goes_on_where_it_was_cut_off(*, web: Web, tmp_path: Path, heeds_ranges: bool) -> None:
    web.files["/gymbox.deb"], web.hangs_up_after, web.heeds_ranges = FILE, 3_000_000, heeds_ranges
    with pytest.raises(UpdateError, match="try again"):
        download(f"{web.url}/gymbox.deb", tmp_path, say=print)
    assert not (tmp_path / "gymbox.deb").exists()
    web.hangs_up_after = None
    assert download(f"{web.url}/gymbox.deb", tmp_path, say=print).read_bytes() == FILE
    assert web.asked == ["", "bytes=3000000-"]


def test_there_must_be_room_for_it(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web.files["/gymbox.deb"] = FILE
    monkeypatch.setattr("gymbox.update.feed.LARGEST_FILE", len(FILE) - 1)
    with pytest.raises(UpdateError, match="no room for it"):
        download(f"{web.url}/gymbox.deb", tmp_path, say=print)
    assert list(tmp_path.iterdir()) == []


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match=r"127\.0\.0\.1"):
        download("http://127.0.0.1:9/gymbox.deb", tmp_path, say=print)
