"""The page's files: small, unchanged where vendored, and nothing that its CSP would refuse."""

import gzip
import re
from hashlib import sha256
from pathlib import Path

import pytest

from api.http.problems import PROBLEMS

WEB = Path(__file__).parents[2] / "api" / "web"
AXE = Path(__file__).parent / "vendor" / "axe-core"
SERVED = [path for path in WEB.rglob("*") if path.is_file() and path.suffix != ".md"]
#: Refusals that only a driver's, a dispatcher's or a broken client meets.
NOT_FOR_RIDERS = re.compile(
    r"unknown-(vehicle|visit)|not-(next|at-stop|found|acceptable)|riders-pending|too-early"
    r"|contact-first|reversal-too-late|locked|stale-(plan|version)|plan-invalid|day-already-open"
    r"|clock-went-back|.*idempotency-key.*|forbidden|method-not-allowed|payload-too-large"
    r"|unsupported-media-type|internal|no-timetable|party-mismatch"
)


def test_whole_page_is_below_300_kb_compressed() -> None:
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in SERVED)
    assert total <= 300_000


@pytest.mark.parametrize("readme", [WEB / "vendor" / "README.md", AXE.parent / "README.md"])
def test_vendored_files_are_what_their_readme_says(readme: Path) -> None:
    rows = re.findall(r"^\| `([^`]+)` .*\| `([0-9a-f]{64})` \|$", readme.read_text(), re.M)
    assert rows
    for name, checksum in rows:
        assert sha256((readme.parent / name).read_bytes()).hexdigest() == checksum, name


def test_every_vendored_folder_has_its_licence() -> None:
    for folder in [*(WEB / "vendor").iterdir(), AXE]:
        if folder.is_dir():
            assert list(folder.glob("LICENSE*")), folder


def test_page_holds_nothing_inline_and_names_no_other_host() -> None:
    html = (WEB / "index.html").read_text()
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    for path in SERVED:
        if "vendor" not in path.parts and path.suffix in {".mjs", ".css", ".html"}:
            assert not re.search(r"https?://|[\"'(]//\w", path.read_text()), path


def test_every_refusal_that_a_rider_can_meet_has_words() -> None:
    for language in ("ko", "en"):
        words = (WEB / "locales" / f"{language}.mjs").read_text()
        told = set(re.findall(r'"problem\.([\w-]+)\.next"', words))
        assert {code for code in PROBLEMS if not NOT_FOR_RIDERS.fullmatch(code)} <= told


def test_every_word_is_used_and_every_word_that_is_used_exists() -> None:
    script = "".join(path.read_text() for path in (WEB / "js").glob("*.mjs"))
    words = re.findall(r'^  "([^"]+)":', (WEB / "locales" / "ko.mjs").read_text(), re.M)
    keys = {re.sub(r"\.(one|other)$", "", word) for word in words}
    built = set(re.findall(r"\b(?:t|findText)\(`([\w.-]+\.)\$\{", script))
    named = set(re.findall(r'"([\w-]+\.[\w.-]+)"', script))
    views = {key.split(".")[0] for key in keys}
    assert {key for key in named if key.split(".")[0] in views} <= keys
    assert not [key for key in keys - named if not key.startswith(tuple(built))]
