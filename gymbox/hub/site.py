"""The web app: the files of its build, at `/`. A page that is neither a file nor a route is one of the app's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

BUILT: Final = Path(__file__).with_name("web")
"""Where `./just app` leaves it, and a wheel has it."""

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_HASHED: Final = re.compile(r"[.-][0-9a-f]{32}\.")
"""In the name of a file that never changes: with other content it has another name."""

_HEADERS: Final = {
    # What it draws it styles by script; its QR scanner is compiled (wasm); pictures that need a token come as blobs.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; connect-src 'self'; "
        "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class Site:
    """The files of one build; beside each may lie a `.br` and a `.gz`, which clients that take them get."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def find(self, path: str) -> Path | None:
        """The file at a URL's path, if there is one; nothing outside the folder, and nothing hidden."""
        parts = path.strip("/").split("/")
        if "\0" in path or any(part.startswith(".") for part in parts):
            return None
        try:
            found = self._folder.joinpath(*parts).resolve()
            return found if found.is_relative_to(self._folder) and found.is_file() else None
        except OSError:  # such as a name that is too long
            return None

    def answer(self, request: web.Request) -> web.FileResponse | None:
        """The file that is asked for, or for a browser that opens one of the app's pages, the app.

        At the root that is for whoever asks: a service worker does not say what it wants.
        """
        path = request.path
        page = "text/html" in request.headers.get(hdrs.ACCEPT, "") and "." not in path.rpartition("/")[2]
        opens = page or path == "/"
        found = self.find(path) or (self.find("index.html") if opens else None)
        if found is None:
            return None
        lasts = "public, max-age=31536000, immutable" if _HASHED.search(found.name) else "no-cache"
        kind = _TYPES.get(found.suffix, "application/octet-stream")
        return web.FileResponse(
            found, headers={**_HEADERS, "Content-Type": kind, "Cache-Control": lasts, "Vary": "Accept, Accept-Encoding"}
        )


def serving(folder: Path) -> Middleware:
    """Serve the build in `folder` wherever no route is.

    Files cost next to nothing and are many at once, also from the one address of a whole network behind a router: so
    they are not limited.
    """
    site = Site(folder)

    @web.middleware
    async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
        nobodys = isinstance(request.match_info.http_exception, web.HTTPNotFound)
        if nobodys and request.method in {"GET", "HEAD"} and (file := site.answer(request)):
            return file
        return await handler(request)

    return serve
