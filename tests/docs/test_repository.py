"""The repository names no machine, no registry and nobody's private folder."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FORBIDDEN = {
    "a package registry's host": (
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|proxy\.golang"
    ),
    "a path of one machine": r"/(?:work|home/\w+|root)/(?!\.)|/var/tmp/|/opt/(?:pypi|wheels)",
}
#: Files of others, carried as they are.
VENDORED = ("api/web/vendor/", "LICENSE")


def tracked_texts() -> dict[str, str]:
    """Return the text of every tracked file of our own, by path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [p for p in listed.stdout.split("\0") if p and not p.startswith(VENDORED)]
    return {
        path: (ROOT / path).read_text(errors="ignore")
        for path in paths
        if (ROOT / path).is_file() and path != "tests/docs/test_repository.py"
    }


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path, text in tracked_texts().items()
        for match in re.finditer(FORBIDDEN[what], text)
    ]
    assert found == []
