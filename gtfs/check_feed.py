"""What two independent validators say about a feed.

Rule: a validator that fails to run is an error like any other; silence is never success.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from routing.errors import FeedError, SokchoError

_INSTALL = "check-feed needs gtfs-validator and gtfs-guru: pip install 'sokcho-transit[test]'"
_RANK = {"ERROR": 0, "WARNING": 1, "INFO": 2}


class Notice(NamedTuple):
    """All findings of one kind by one validator."""

    validator: str  # gtfs-validator or gtfs-guru
    severity: str  # ERROR, WARNING or INFO
    code: str  # as in the rules of the canonical GTFS validator
    n_found: int
    example: Mapping[str, Any]  # of the first finding: file, row, field, values


def check_feed(path: Path, on: date, country: str = "KR") -> list[Notice]:
    """Return what gtfs-validator and gtfs-guru find in a feed.

    Parameters
    ----------
    path
        Zip file or folder.
    on
        The day to judge by (feeds expire).
    country
        ISO 3166-1 code, for rules about phone numbers.

    Returns
    -------
    list of Notice
        Errors first, then warnings, then information; empty if nothing was found.

    Raises
    ------
    FeedError
        If there is no such file or folder.
    SokchoError
        If a validator is not installed.
    """
    if not path.exists():
        raise FeedError("there is no such feed; name a zip file or a folder", str(path))
    notices = [*_ask_validator(path, on, country), *_ask_guru(path, on, country)]
    return sorted(notices, key=lambda n: (_RANK.get(n.severity, 0), n.code, n.validator))


def count_errors(notices: Iterable[Notice]) -> int:
    """Return how many findings are errors, over all validators."""
    return sum(notice.n_found for notice in notices if notice.severity == "ERROR")


def _ask_validator(path: Path, on: date, country: str) -> list[Notice]:
    try:
        from gtfs_validator import cli  # type: ignore[import-untyped]
    except ImportError as problem:
        raise SokchoError(_INSTALL) from problem
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["-i", path, "-o", folder, "-c", country, "-d", on.isoformat()]
        chatter = StringIO()
        with redirect_stdout(chatter), redirect_stderr(chatter):
            status = cli.main([str(argument) for argument in arguments])
        reports = [Path(folder) / name for name in ("report.json", "system_errors.json")]
        found = [
            Notice(
                "gtfs-validator",
                # a rule that broke down has judged nothing
                "ERROR" if report.name == "system_errors.json" else notice["severity"],
                notice["code"],
                notice["totalNotices"],
                notice["sampleNotices"][0],
            )
            for report in reports
            if report.exists()
            for notice in json.loads(report.read_text(encoding="utf-8"))["notices"]
        ]
    if status != 0 and not found:
        example = {"status": status, "message": chatter.getvalue()}
        return [Notice("gtfs-validator", "ERROR", "validator_failed", 1, example)]
    return found


def _ask_guru(path: Path, on: date, country: str) -> list[Notice]:
    try:
        import gtfs_guru
    except ImportError as problem:
        raise SokchoError(_INSTALL) from problem
    try:
        result = gtfs_guru.validate(str(path), country_code=country, date=on.isoformat())
    except ValueError as problem:
        example = {"message": str(problem)}
        return [Notice("gtfs-guru", "ERROR", "validator_failed", 1, example)]
    groups: dict[tuple[str, str], list[Any]] = {}
    for found in result.notices:
        groups.setdefault((found.severity, found.code), []).append(found)
    return [
        Notice("gtfs-guru", severity, code, len(members), _guru_example(members[0]))
        for (severity, code), members in groups.items()
    ]


def _guru_example(found: Any) -> dict[str, Any]:
    places = {"filename": found.file, "csvRowNumber": found.row, "fieldName": found.field}
    return {key: value for key, value in (places | found.context()).items() if value is not None}
