"""Tables into one zip file, the same bytes for the same tables."""

import csv
import errno
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

from gtfs.builder.table import Table

#: The earliest time that a zip can hold: contents alone decide the bytes.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o644 << 16


def write_feed(tables: Sequence[Table], out: Path) -> None:
    """Write ``tables`` to ``out``, replacing it at once or not at all.

    Parameters
    ----------
    tables
        In the order in which they shall stand in the zip.
    out
        File to write; its folder is made.

    Raises
    ------
    OSError
        If the folder or file cannot be written.
    """
    if out.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a zip file", str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    # a name of its own for each process, since several may build the same feed
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(unfinished, "w") as archive:
            for table in tables:
                entry = zipfile.ZipInfo(f"{table.name}.txt", _ZIP_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = _READABLE_FILE
                archive.writestr(entry, _csv_text(table))
        os.replace(unfinished, out)
    finally:
        unfinished.unlink(missing_ok=True)


def _csv_text(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue()
