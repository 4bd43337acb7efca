"""Reports over HTTP: planners have them made, and read them in four forms."""

import time
import uuid

import pytest

from api.http.auth import Role
from tests.api.http.running import Person, caller

MONDAY = {"service_date": "2026-11-23", "fleet": "idle"}


@pytest.fixture
def planner(town):
    return Person(town, caller(Role.PLANNER, uuid.uuid4().hex))


def settled(planner):
    """The list of reports once none is being made."""
    for _ in range(600):
        reports = planner.get("/v1/reports").json()["nine_minute"]
        if all(report["status"] != "making" for report in reports):
            return reports
        time.sleep(0.1)
    raise AssertionError("the report is still being made")


def test_what_cannot_be_made_says_why(town, planner):
    """This town has no file of everyday life; the process that finds out is another one."""
    begun = planner.post("/v1/reports/nine-minute", MONDAY)
    assert begun.status_code == 202, begun.text
    assert begun.json()["nine_minute"][0]["status"] == "making"
    assert planner.post("/v1/reports/nine-minute", MONDAY).status_code == 202
    another = planner.post("/v1/reports/nine-minute", MONDAY | {"fleet": "simulated"})
    assert another.status_code == 409
    assert another.json()["type"].endswith("report-in-the-making")
    (report,) = settled(planner)
    assert report["status"] == "failed"
    assert "names no file of everyday life" in report["problem"]


def test_a_report_is_read_as_map_table_text_and_picture(town, planner):
    folder = town.settings.data_dir / "reports" / "nine-minute-2026-11-24-idle"
    folder.mkdir(parents=True)
    for form in ("csv", "md", "geojson", "svg"):
        (folder / f"nine-minute.{form}").write_text(f"as {form}", "utf-8")
    ready = [r for r in settled(planner) if r["status"] == "ready"]
    assert ready == [
        {"service_date": "2026-11-24", "fleet": "idle", "status": "ready", "problem": None}
    ]
    kinds = {"csv": "text/csv", "md": "text/markdown", "geojson": "application/geo+json",
             "svg": "image/svg+xml"}  # fmt: skip
    for form, media in kinds.items():
        answer = planner.get("/v1/reports/nine-minute", date="2026-11-24", fleet="idle", form=form)
        assert answer.text == f"as {form}"
        assert answer.headers["content-type"].startswith(media)


@pytest.mark.parametrize("date", ["2026-11-25", "2026-11-24/../2026-11-24"])
def test_what_is_not_there_is_not_found(planner, date):
    answer = planner.get("/v1/reports/nine-minute", date=date, fleet="idle")
    assert answer.status_code in (400, 404)


def test_reports_are_for_planners(town, townsman):
    assert townsman.get("/v1/reports").status_code == 403
    assert townsman.post("/v1/reports/nine-minute", MONDAY).status_code == 403
