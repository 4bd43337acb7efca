"""The report on the 9-minute city, of a town of three by three crossings with one bus."""

import csv
import json
import math
import shutil
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from api.cli import main
from api.reports.nine_minute import WALK_BUS, WITH_SHUTTLE, Question, make_report
from api.reports.writing import as_markdown, write_report
from gtfs.area import load_area
from routing.errors import AreaError

GRID_TOWN = Path(__file__).parents[2] / "data" / "grid_town"
MONDAY = date(2026, 11, 23)

#: Everybody lives along the streets; the market is where the bus ends, the clinic at the yard.
LIVING = """
population = 900
note_ko = "시험용 가정입니다."
note_en = "Assumed, for tests."
cell_m = 250
along_roads_m = 60

[kinds]
market = { name_ko = "시장", name_en = "Market" }
clinic = { name_ko = "병원", name_en = "Clinic" }
welfare = { name_ko = "복지관", name_en = "Welfare centre" }

[residents]
"마을" = 900

[[destination]]
destination_id = "M"
kind = "market"
name_ko = "시장"
name_en = "Market"
lon = 3.0104
lat = 30.0090
coord_kind = "official"
accuracy_m = 5

[[destination]]
destination_id = "C"
kind = "clinic"
name_ko = "병원"
name_en = "Clinic"
lon = 3.0052
lat = 30.0045
coord_kind = "estimate"
accuracy_m = 5
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = shutil.copytree(GRID_TOWN, tmp_path_factory.mktemp("town") / "town")
    (folder / "living.toml").write_text(LIVING, "utf-8")
    area = folder / "area.toml"
    area.write_text('living = "living.toml"\n' + area.read_text("utf-8"), "utf-8")
    return area


@pytest.fixture(scope="module")
def report(town):
    return make_report(load_area(town), Question(MONDAY, "idle", every_s=1800))


def test_shares_are_shares_and_a_shuttle_takes_nothing_away(report):
    for without, with_shuttle in zip(*report.by_hour.values(), strict=True):
        for before, after in zip(without, with_shuttle, strict=True):
            known = ~np.isnan(before)
            assert ((before >= 0) & (before <= 1))[known].all()
            assert (after[known] >= before[known]).all()


def test_the_shuttle_helps_while_it_runs_and_not_before(report):
    gain = {
        hour: np.nansum(after.ends - before.ends)
        for hour, before, after in zip(report.hours, *report.by_hour.values(), strict=True)
    }
    assert report.hours[0] <= 6
    assert gain[10] > 0
    assert all(gain[hour] == 0 for hour in report.hours if hour < 6)


def test_the_city_is_the_mean_of_its_zones_by_residents(report):
    living, shares = report.living, report.by_day[WITH_SHUTTLE]
    weights = [living.residents[living.zone == z].sum() for z in range(2)]
    expected = np.average(shares.residents[:2], axis=0, weights=weights)
    assert shares.residents[2] == pytest.approx(expected, nan_ok=True)


def test_who_lives_at_the_clinic_reaches_it_on_foot_at_any_hour(report):
    """Nine minutes at 1.1 m/s are 594 m on foot, a detour of 1.3 included: 456 m as birds fly."""
    living = report.living
    x = (living.lon - 3.0052) * 111_195 * math.cos(math.radians(30.0045))
    y = (living.lat - 30.0045) * 111_195
    near = np.hypot(x, y) < 456
    clinic = report.by_hour[WALK_BUS][0].residents[2, 1]
    assert clinic == pytest.approx(living.residents[near].sum() / 900)


def test_no_welfare_centre_is_no_share_at_all(report):
    assert all(np.isnan(s.residents[:, 2]).all() for s in report.by_hour[WALK_BUS])
    text = as_markdown(report)
    assert "복지관" in text
    assert "no place is known, and so not counted: Welfare centre" in text


def test_what_is_assumed_is_said_in_both_languages(report):
    text = as_markdown(report)
    for ko, en in (("시험용 가정입니다.", "Assumed, for tests."), ("추정", "Estimated")):
        assert ko in text
        assert en in text
    assert "아무 예약이 없는 차량" in text
    assert "vehicles with nothing to do" in text


def test_every_form_of_it_is_readable(report, tmp_path):
    table, _, geojson, picture = write_report(report, tmp_path / "out")
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 3 * len(report.hours) * 2 * 4
    market = next(r for r in rows if r["hour"] == "10" and r["kind"] == "market")
    assert 0 <= float(market["residents_share"]) <= 1
    shapes = json.loads(geojson.read_text("utf-8"))
    layers = [feature["properties"]["layer"] for feature in shapes["features"]]
    assert layers.count("zone") == 2
    assert layers.count("destination") == 2
    assert layers.count("residents") == len(report.living.lon)
    assert shapes["properties"]["estimated"] is True
    root = ET.fromstring(picture.read_text("utf-8"))
    texts = "".join(root.itertext())
    assert "9분 생활권" in texts
    assert "walk + bus + shuttle" in texts
    assert not list(tmp_path.glob("out/*.part"))


def test_a_simulated_day_needs_a_demand_file(town):
    with pytest.raises(AreaError, match="demand"):
        make_report(load_area(town), Question(MONDAY))


def test_a_day_without_buses_is_told(town):
    with pytest.raises(AreaError, match="runs nothing on 2031-01-01"):
        make_report(load_area(town), Question(date(2031, 1, 1), "idle"))


def test_the_command_writes_the_files(town, tmp_path, capsys):
    out = tmp_path / "report"
    words = ["report", "nine-minute", "--out", str(out), "--area", str(town), "--fleet", "idle"]
    assert main([*words, "--date", "2026-11-23", "--every", "30"]) == 0
    written = capsys.readouterr().out.split()
    assert [Path(name).suffix for name in written] == [".csv", ".md", ".geojson", ".svg"]
    assert all(Path(name).stat().st_size for name in written)


def test_the_command_says_what_is_missing(tmp_path, capsys):
    words = ["report", "nine-minute", "--out", str(tmp_path)]
    assert main([*words, "--area", str(GRID_TOWN / "area.toml")]) == 2
    assert "names no file of everyday life" in capsys.readouterr().err
