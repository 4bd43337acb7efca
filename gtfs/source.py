"""The text files of a feed as streams, from a zip, a folder or a URL, within limits."""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self, cast
from urllib.parse import unquote, urlsplit

from routing.errors import FeedError

_CORE = {"stops.txt", "trips.txt", "stop_times.txt", "routes.txt", "agency.txt", "calendar.txt"}
_BLOCK = 1 << 20
# What is fetched, or unpacked from a zip in a zip, stays in memory up to this size, bytes.
_IN_MEMORY = 64 << 20
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


class Source:
    """The text files of one feed, opened one after the other; close it, or use ``with``.

    Parameters
    ----------
    shown
        How messages call it.
    sizes
        Bytes of each file that it has, unpacked, by lower-case file name.
    opener
        Opens one of them.
    resources
        Closed together with the source.
    """

    def __init__(
        self,
        shown: str,
        sizes: Mapping[str, int],
        opener: Callable[[str], BinaryIO],
        resources: ExitStack,
    ) -> None:
        self.shown, self.sizes = shown, sizes
        self._opener, self._resources = opener, resources

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._resources.close()

    def open(self, name: str) -> "Stream":
        """One file as a stream of bytes, to be closed.

        Raises
        ------
        FeedError
            If it cannot be opened, as one that is locked.
        """
        shown = f"{self.shown}/{name}"
        with _clearly(shown):
            return Stream(self._opener(name), shown)

    def read(self, name: str) -> bytes:
        """One file as a whole.

        Raises
        ------
        FeedError
            If it is damaged.
        """
        with self.open(name) as file:
            return file.read()


class Stream:
    """Bytes of one file; damage is a `FeedError` that names it.

    Parameters
    ----------
    file
        What is read.
    shown
        How messages call it.
    """

    def __init__(self, file: BinaryIO, shown: str) -> None:
        self._file, self._shown = file, shown

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes, or all that are left; empty at the end."""
        # The size in the directory may lie; reading stops there and the checksum then fails.
        with _clearly(self._shown):
            return self._file.read(size)


@contextmanager
def _clearly(shown: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FeedError(f"cannot be read ({error})", shown) from None
    except _UNREADABLE as error:
        raise FeedError(f"is not a readable zip ({error})", shown) from None


def open_source(
    source: str | Path, wanted: Iterable[str] | None = None, limits: Limits | None = None
) -> Source:
    """The files of a feed, none of them unpacked yet.

    Parameters
    ----------
    source
        A zip file, a folder, or an http, https or file URL of a zip.
    wanted
        File names, such as ``stops.txt``; all files of the feed's folder when absent.
    limits
        Sizes and timeout; the defaults when absent.

    Returns
    -------
    Source
        Of the wanted files that the feed has.

    Raises
    ------
    FeedError
        If the source cannot be had, is no feed, or is beyond the limits.
    """
    limits = limits or Limits()
    names = None if wanted is None else set(wanted)
    text = str(source)
    resources = ExitStack()
    try:
        if "://" in text:
            parts = urlsplit(text)
            if parts.scheme in ("http", "https"):
                file = _download(text, limits, resources)
                return _of_zip(file, shown_url(text), names, limits, resources)
            if parts.scheme != "file":
                raise FeedError(
                    f"{parts.scheme}:// is not read; give http, https or file", shown_url(text)
                )
            source = unquote(parts.path)
        path = Path(source)
        if path.is_dir():
            return _of_folder(path, names, limits, resources)
        if not path.is_file():
            raise FeedError("there is no such file or folder", str(path))
        file = resources.enter_context(path.open("rb"))
        return _of_zip(file, path.name, names, limits, resources)
    except BaseException:
        resources.close()
        raise


def shown_url(url: str) -> str:
    """The URL without user, query and fragment: keys of operators stay out of messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _download(url: str, limits: Limits, resources: ExitStack) -> BinaryIO:
    """What the server sends, on disk where it is large."""
    # Whoever reads files needs no client.
    import httpx

    shown = shown_url(url)
    body = _spooled(resources)
    try:
        with httpx.stream("GET", url, timeout=limits.timeout_s, follow_redirects=True) as response:
            if response.status_code != httpx.codes.OK:
                raise FeedError(f"the server answers {response.status_code}", shown)
            for block in response.iter_bytes(_BLOCK):
                body.write(block)
                if body.tell() > limits.download_bytes:
                    raise FeedError(f"is larger than {limits.download_bytes} bytes", shown)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FeedError(f"cannot be fetched ({type(error).__name__}): {error}", shown) from None
    body.seek(0)
    return body


def _of_folder(path: Path, names: set[str] | None, limits: Limits, resources: ExitStack) -> Source:
    found = [item for item in sorted(path.rglob("*")) if item.is_file()]
    chosen = _choose([item.relative_to(path).as_posix() for item in found], names, str(path))
    sizes = {name: (path / inner).stat().st_size for name, inner in chosen.items()}
    if sum(sizes.values()) > limits.unpacked_bytes:
        raise FeedError(f"holds more than {limits.unpacked_bytes} bytes", str(path))
    return Source(str(path), sizes, lambda name: (path / chosen[name]).open("rb"), resources)


def _of_zip(
    file: BinaryIO,
    shown: str,
    names: set[str] | None,
    limits: Limits,
    resources: ExitStack,
    depth: int = 0,
) -> Source:
    try:
        archive = resources.enter_context(zipfile.ZipFile(file))
        infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        zips = [name for name in infos if name.lower().endswith(".zip")]
        if len(zips) == 1 and depth == 0 and not _has_tables(infos):
            inner = _unpacked(archive, infos[zips[0]], shown, limits, resources)
            return _of_zip(inner, f"{shown}/{zips[0]}", names, limits, resources, depth + 1)
        chosen = _choose(list(infos), names, shown)
        total = sum(infos[inner_name].file_size for inner_name in chosen.values())
        if total > limits.unpacked_bytes:
            raise FeedError(f"unpacks to {total} bytes, more than allowed", shown)
        for inner_name in chosen.values():
            _check_ratio(infos[inner_name], shown, limits)
    except _UNREADABLE as error:
        raise FeedError(f"is not a readable zip ({error})", shown) from None
    sizes = {name: infos[inner_name].file_size for name, inner_name in chosen.items()}

    def opened(name: str) -> BinaryIO:
        """One member; its checksum is compared at its end."""
        return cast("BinaryIO", archive.open(infos[chosen[name]]))

    return Source(shown, sizes, opened, resources)


def _unpacked(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    shown: str,
    limits: Limits,
    resources: ExitStack,
) -> BinaryIO:
    _check_ratio(info, shown, limits)
    inner = _spooled(resources)
    with archive.open(info) as member:
        shutil.copyfileobj(member, inner, _BLOCK)
    inner.seek(0)
    return inner


def _spooled(resources: ExitStack) -> BinaryIO:
    """A temporary file, in memory while it is small."""
    file = resources.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
    # As binary as a file; mypy knows no protocol for both.
    return cast("BinaryIO", file)


def _check_ratio(info: zipfile.ZipInfo, shown: str, limits: Limits) -> None:
    if info.file_size > _BLOCK and info.file_size > limits.ratio * max(1, info.compress_size):
        raise FeedError(
            f"{info.filename} unpacks to {info.file_size} bytes from {info.compress_size}: "
            "refused as a zip bomb",
            shown,
        )


def _has_tables(paths: Iterable[str]) -> bool:
    return any(PurePosixPath(path).name.lower() in _CORE for path in paths)


def _choose(paths: list[str], names: set[str] | None, shown: str) -> dict[str, str]:
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
    files = folders[best[0]]
    return {name: path for name, path in files.items() if names is None or name in names}
