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
    r"|unknown-(zone|closure|incident|suspension)|roster-conflict|invalid-policy|no-roads"
    r"|wrong-(code|phone|boarding-code)|no-role|not-sent|account-.*|sign-in-failed|last-admin"
    r"|provider-unavailable|too-many-tries|weak-password|cross-site|setup-done|report-.*"
)


def served_to(page: str) -> list[Path]:
    """Files that the first view of a page can load: its own, the shared ones, the vendored ones."""
    others = {path.name for path in (WEB / "js").iterdir()} - {page, "shared"}
    return [path for path in SERVED if not others & set(path.relative_to(WEB).parts)]


@pytest.mark.parametrize("page", ["rider", "driver", "sign-in"])
def test_whole_page_is_below_300_kb_compressed(page: str) -> None:
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in served_to(page))
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
    for frame in WEB.glob("*.html"):
        html = frame.read_text()
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", html), frame
    for path in SERVED:
        if path.match("driver/navigation.mjs"):
            continue  # addresses that a driver goes to by hand
        if "vendor" not in path.parts and path.suffix in {".mjs", ".css", ".html"}:
            assert not re.search(r"https?://|[\"'(]//\w", path.read_text()), path


def locale(part: str, language: str = "ko") -> str:
    return (WEB / "locales" / part / f"{language}.mjs").read_text()


@pytest.mark.parametrize(
    "path", sorted((WEB / "locales" / "rider").glob("*.mjs"), key=lambda path: path.name)
)
def test_every_refusal_that_a_rider_can_meet_has_words(path: Path) -> None:
    words = path.read_text() + locale("shared", path.stem)
    told = set(re.findall(r'"problem\.([\w-]+)\.next"', words))
    assert {code for code in PROBLEMS if not NOT_FOR_RIDERS.fullmatch(code)} <= told


def script_of(*parts: str) -> str:
    return "".join(path.read_text() for part in parts for path in (WEB / "js" / part).glob("*.mjs"))


def keys_of(*parts: str) -> set[str]:
    words = re.findall(r'^  "([^"]+)":', "".join(map(locale, parts)), re.M)
    return {re.sub(r"\.(one|other)$", "", word) for word in words}


PAGES = sorted(path.name for path in (WEB / "locales").iterdir() if path.name != "shared")


@pytest.mark.parametrize("page", PAGES)
def test_every_word_that_is_used_exists(page: str) -> None:
    keys = keys_of("shared", page)
    named = set(re.findall(r'"([\w-]+\.[\w.-]+)"', script_of("shared", page)))
    views = {key.split(".")[0] for key in keys}
    assert {key for key in named if key.split(".")[0] in views} <= keys


@pytest.mark.parametrize("page", ["shared", *PAGES])
def test_every_word_is_used(page: str) -> None:
    script = script_of("shared", *PAGES)
    built = set(re.findall(r"\b(?:t|findText)\(`([\w.-]+\.)\$\{", script))
    named = set(re.findall(r'"([\w-]+\.[\w.-]+)"', script))
    assert not [key for key in keys_of(page) - named if not key.startswith(tuple(built))]
