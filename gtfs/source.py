"""The text files of a feed as bytes, from a zip, a folder or a URL, within limits."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import httpx

from routing.errors import FeedError

_CORE = {"stops.txt", "trips.txt", "stop_times.txt", "routes.txt", "agency.txt", "calendar.txt"}
_BLOCK = 1 << 20
# RuntimeError is how zipfile reports a password, NotImplementedError an unknown compression.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source may cost before it is refused.

    Attributes
    ----------
    download_bytes
        Largest zip fetched from a URL.
    unpacked_bytes
        Largest sum of all text files; a zip that claims or yields more is refused.
    ratio
        Largest compression of one file of 1 MiB or more; text never gets near it.
    timeout_s
        Longest silence of a server.
    """

    download_bytes: int = 1 << 30
    unpacked_bytes: int = 6 << 30
    ratio: int = 400
    timeout_s: float = 30.0


def read_source(
    source: str | Path, wanted: Iterable[str], limits: Limits | None = None
) -> dict[str, bytes]:
    """Bytes of the ``wanted`` files that a feed has, by lower-case file name.

    Parameters
    ----------
    source
        A zip file, a folder, or an http, https or file URL of a zip.
    wanted
        File names, such as ``stops.txt``; other files are not unpacked.
    limits
        Sizes and timeout; the defaults when absent.

    Returns
    -------
    dict of bytes
        By file name; names that the feed does not have are left out.

    Raises
    ------
    FeedError
        If the source cannot be had, is no feed, or is beyond the limits.
    """
    limits = limits or Limits()
    names = set(wanted)
    text = str(source)
    if "://" in text:
        parts = urlsplit(text)
        if parts.scheme in ("http", "https"):
            return _from_zip(io.BytesIO(_download(text, limits)), _shown(text), names, limits)
        if parts.scheme != "file":
            raise FeedError(
                f"{parts.scheme}:// is not read; give http, https or file", _shown(text)
            )
        source = unquote(parts.path)
    path = Path(source)
    if path.is_dir():
        return _from_folder(path, names, limits)
    if not path.is_file():
        raise FeedError("there is no such file or folder", str(path))
    with path.open("rb") as file:
        return _from_zip(file, path.name, names, limits)


def _shown(url: str) -> str:
    """The URL without user, query and fragment: keys of operators stay out of messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _download(url: str, limits: Limits) -> bytes:
    shown = _shown(url)
    body = bytearray()
    try:
        with httpx.stream("GET", url, timeout=limits.timeout_s, follow_redirects=True) as response:
            if response.status_code != httpx.codes.OK:
                raise FeedError(f"the server answers {response.status_code}", shown)
            for block in response.iter_bytes(_BLOCK):
                body += block
                if len(body) > limits.download_bytes:
                    raise FeedError(f"is larger than {limits.download_bytes} bytes", shown)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FeedError(f"cannot be fetched ({type(error).__name__}): {error}", shown) from None
    return bytes(body)


def _from_folder(path: Path, names: set[str], limits: Limits) -> dict[str, bytes]:
    found = [item for item in sorted(path.rglob("*")) if item.is_file()]
    chosen = _choose([item.relative_to(path).as_posix() for item in found], names, str(path))
    sizes = sum((path / inner).stat().st_size for inner in chosen.values())
    if sizes > limits.unpacked_bytes:
        raise FeedError(f"holds more than {limits.unpacked_bytes} bytes", str(path))
    return {name: (path / inner).read_bytes() for name, inner in chosen.items()}


def _from_zip(
    file: io.BytesIO | io.BufferedReader,
    shown: str,
    names: set[str],
    limits: Limits,
    depth: int = 0,
) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(file) as archive:
            infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
            zips = [name for name in infos if name.lower().endswith(".zip")]
            if len(zips) == 1 and depth == 0 and not _has_tables(infos):
                inner = io.BytesIO(_unpack(archive, infos[zips[0]], shown, limits))
                return _from_zip(inner, f"{shown}/{zips[0]}", names, limits, depth + 1)
            chosen = _choose(list(infos), names, shown)
            total = sum(infos[inner].file_size for inner in chosen.values())
            if total > limits.unpacked_bytes:
                raise FeedError(f"unpacks to {total} bytes, more than allowed", shown)
            return {
                name: _unpack(archive, infos[inner], shown, limits)
                for name, inner in chosen.items()
            }
    except _UNREADABLE as error:
        raise FeedError(f"is not a readable zip ({error})", shown) from None


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str, limits: Limits) -> bytes:
    if info.file_size > _BLOCK and info.file_size > limits.ratio * max(1, info.compress_size):
        raise FeedError(
            f"{info.filename} unpacks to {info.file_size} bytes from {info.compress_size}: "
            "refused as a zip bomb",
            shown,
        )
    with archive.open(info) as member:
        # The size in the directory may lie; reading stops there and the checksum then fails.
        return member.read()


def _has_tables(paths: Iterable[str]) -> bool:
    return any(PurePosixPath(path).name.lower() in _CORE for path in paths)


def _choose(paths: list[str], names: set[str], shown: str) -> dict[str, str]:
    """The wanted paths, all from one folder: the one with most of a feed's core files."""
    folders: dict[str, dict[str, str]] = {}
    for path in paths:
        pure = PurePosixPath(path.replace("\\", "/"))
        if "__MACOSX" in pure.parts or pure.name.startswith("."):
            continue
        folders.setdefault(str(pure.parent), {})[pure.name.lower()] = path
    core = {folder: len(_CORE & files.keys()) for folder, files in folders.items()}
    most = max(core.values(), default=0)
    if most == 0:
        raise FeedError("holds no GTFS text files (no stops.txt, trips.txt ...)", shown)
    best = [folder for folder, count in core.items() if count == most]
    if "." in best:
        best = ["."]
    if len(best) > 1:
        raise FeedError(f"holds several feeds, in {', '.join(sorted(best))}: give one", shown)
    return {name: path for name, path in folders[best[0]].items() if name in names}
