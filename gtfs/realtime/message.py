"""GTFS-Realtime messages from a file or a URL.

Source: GTFS Realtime reference, version 2.0; read with the published bindings.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.source import shown_url
from routing.errors import FeedError

#: The busiest agencies send some MB; nobody sends more than that.
MAX_BYTES = 64 << 20
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Message:
    """One message and where it came from, without keys.

    Attributes
    ----------
    source
        File, or URL without user, query and fragment.
    feed
        What it says.
    """

    source: str
    feed: realtime.FeedMessage

    @property
    def epoch_s(self) -> int:
        """When it was made, in Unix seconds; 0 where it does not say."""
        return int(self.feed.header.timestamp)


def parse_message(data: bytes, source: str) -> Message:
    """A message from its bytes.

    Parameters
    ----------
    data
        Protocol buffer.
    source
        Shown in errors and reports.

    Returns
    -------
    Message
        Parsed.

    Raises
    ------
    FeedError
        If the bytes are no GTFS-Realtime message.
    """
    feed = realtime.FeedMessage()
    try:
        feed.ParseFromString(data)
    except DecodeError as error:
        raise FeedError(f"is no GTFS-Realtime message ({error})", source) from None
    return Message(source, feed)


def read_message(source: str | Path, timeout_s: float = 10.0) -> Message:
    """A message from a file, or from an http, https or file URL.

    Parameters
    ----------
    source
        Where it is.
    timeout_s
        Longest silence of a server.

    Returns
    -------
    Message
        Parsed.

    Raises
    ------
    FeedError
        If it cannot be had, is too large, or is no message.
    """
    text = str(source)
    scheme = urlsplit(text).scheme if "://" in text else ""
    if scheme in ("http", "https"):
        return parse_message(_download(text, timeout_s), shown_url(text))
    if scheme not in ("", "file"):
        raise FeedError(f"{scheme}:// is not read; give http, https or file", shown_url(text))
    path = Path(unquote(urlsplit(text).path)) if scheme else Path(source)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FeedError(f"cannot be read ({error.strerror})", path.name) from None
    if len(data) > MAX_BYTES:
        raise FeedError(f"is larger than {MAX_BYTES} bytes", path.name)
    return parse_message(data, path.name)


def _download(url: str, timeout_s: float) -> bytes:
    # Services without a URL to poll need no client.
    import httpx

    body = bytearray()
    try:
        with httpx.stream("GET", url, timeout=timeout_s, follow_redirects=True) as response:
            if response.status_code != httpx.codes.OK:
                raise FeedError(f"the server answers {response.status_code}", shown_url(url))
            for block in response.iter_bytes(_BLOCK):
                body += block
                if len(body) > MAX_BYTES:
                    raise FeedError(f"is larger than {MAX_BYTES} bytes", shown_url(url))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The error's own text may hold the URL with its key.
        raise FeedError(f"cannot be fetched ({type(error).__name__})", shown_url(url)) from None
    return bytes(body)
