"""Bytes that are the same for everybody: the page's files, the map's lines, the feed.

Rule: they are read, hashed and compressed once; an answer is 304 where the client has them.
"""

import gzip
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

#: The page is small; its files are asked for anew at each visit and answered with 304.
REVALIDATE = "no-cache"
AN_HOUR = "public, max-age=3600"
_TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_COMPRESSIBLE = ("text/", "application/json", "application/geo+json", "image/svg", "application/m")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is sent."""

    body: bytes
    zipped: bytes | None
    etag: str
    media_type: str
    cache_control: str

    def respond(self, request: Request) -> Response:
        """The file, or 304 where the client's copy is the same."""
        headers = {"ETag": self.etag, "Cache-Control": self.cache_control}
        if self.zipped is not None:
            headers["Vary"] = "Accept-Encoding"
        if self.etag in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        if self.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.zipped, headers=headers, media_type=self.media_type)
        return Response(self.body, headers=headers, media_type=self.media_type)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def matches(header: str, etag: str) -> bool:
    """Whether an If-Match or If-None-Match header names ``etag`` (RFC 9110, 13.1)."""
    return header.strip() == "*" or etag in _tags(header)


def etag_of(body: bytes) -> str:
    """The entity tag of exactly these bytes."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def asset(body: bytes, media_type: str, cache_control: str = REVALIDATE) -> Asset:
    """Return ``body`` ready to be sent, compressed where that pays."""
    zipped = None
    if media_type.startswith(_COMPRESSIBLE):
        candidate = gzip.compress(body, 9, mtime=0)
        zipped = candidate if len(candidate) < len(body) else None
    return Asset(body, zipped, etag_of(body), media_type, cache_control)


def page_routes(folder: Path) -> Iterator[Route]:
    """Yield a route for each file of the pages; ``NAME.html`` also answers at ``/NAME``.

    One route a file, and no catch-all: what does not exist under ``/v1`` stays the API's to refuse.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith((".", "README")):
            file = asset(path.read_bytes(), _media_type(path))
            where = "/" + path.relative_to(folder).as_posix()
            yield _route(where, file)
            if path.suffix == ".html":
                yield _route(where.removesuffix(".html").removesuffix("index"), file)


def frame_route(path: str, frame: Path) -> Route:
    """Return a route that answers with one page's frame, whatever the parts of its path are."""
    return _route(path, asset(frame.read_bytes(), _media_type(frame)))


def _route(path: str, file: Asset) -> Route:
    async def respond(request: Request) -> Response:
        return file.respond(request)

    return Route(path, respond, methods=["GET"], include_in_schema=False)


def _media_type(path: Path) -> str:
    if path.suffix in _TYPES:
        return _TYPES[path.suffix]
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
