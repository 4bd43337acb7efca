"""Everyday life of a city: Sokcho's adds up, and what does not fit the city is named."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from gtfs.area import load_area
from gtfs.living import load_living
from routing.errors import AreaError
from routing.road.walk import walks_from

SOKCHO = Path(__file__).parents[2] / "gtfs" / "sokcho"
GRID_TOWN = Path(__file__).parents[1] / "data" / "grid_town" / "area.toml"
POPULATION = 80_119


@pytest.fixture(scope="module")
def sokcho():
    return load_area(SOKCHO / "area.toml")


@pytest.fixture(scope="module")
def living(sokcho):
    return load_living(sokcho)


def test_residents_add_up_to_the_registered_population(living):
    assert living.population == POPULATION
    assert living.residents.sum() == pytest.approx(POPULATION)
    assert (living.residents > 0).all()


def test_everybody_lives_in_a_zone_and_near_a_road(sokcho, living):
    assert set(living.zone.tolist()) == set(range(len(sokcho.zones)))
    graph = sokcho.roads.graph
    lon, lat = graph.lon, graph.lat
    # Crossings are up to two kilometres apart: along such roads people live between them.
    assert all(
        len(walks_from(sokcho.ground, x, y, lon, lat, 3000)[0])
        for x, y in zip(living.lon[::20].tolist(), living.lat[::20].tolist(), strict=True)
    )


def test_kinds_are_those_of_everyday_life_and_no_welfare_centre_is_made_up(living):
    kinds = [kind.kind_id for kind in living.kinds]
    assert kinds == ["clinic", "market", "school", "welfare", "station", "beach", "park"]
    known = {kinds[place.kind] for place in living.destinations}
    assert known == set(kinds) - {"welfare"}
    assert "복지관" in living.note_ko
    assert "welfare" in living.note_en


def test_the_planned_station_stands_in_its_scenario_only(living):
    ids = {place.destination_id for place in living.destinations}
    planned = load_living(load_area(SOKCHO / "area.toml", "ktx"))
    assert {p.destination_id for p in planned.destinations} - ids == {"LM079"}


@pytest.mark.shared
def test_destinations_are_where_the_landmarks_are(living, shared_dir):
    import csv

    with (shared_dir / "sokcho" / "landmarks.csv").open(encoding="utf-8") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    for place in living.destinations:
        row = known[place.destination_id]
        assert (place.lon, place.lat) == (float(row["lon"]), float(row["lat"]))
        assert place.estimated == (row["coord_kind"] != "sourced")


def broken(tmp_path, old, new):
    folder = shutil.copytree(SOKCHO, tmp_path / "city")
    text = (folder / "living.toml").read_text("utf-8")
    assert old in text
    (folder / "living.toml").write_text(text.replace(old, new, 1), "utf-8")
    return load_area(folder / "area.toml")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"설악동" = 786', '"설악동" = 787', "add up to 80120, not to the population 80119"),
        ('"설악동" = 786', '"없는동" = 786', "없는동 is none of the districts"),
        ('kind = "market"', 'kind = "bazaar"', "LM004: bazaar is no kind; known are clinic"),
        ("cell_m = 250", "cell_m = 5", "cell_m"),
        ("cell_m = 250", "cells_m = 250", "cells_m"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, old, new, complaint):
    with pytest.raises(AreaError, match=complaint):
        load_living(broken(tmp_path, old, new))


def test_a_city_without_such_a_file_is_told_so():
    with pytest.raises(AreaError, match="names no file of everyday life"):
        load_living(load_area(GRID_TOWN))


def test_a_district_smaller_than_a_square_has_one_all_the_same(tmp_path):
    coarse = load_living(broken(tmp_path, "cell_m = 250", "cell_m = 9000"))
    assert coarse.residents.sum() == pytest.approx(POPULATION)
    assert len(coarse.lon) >= 13
    assert np.isfinite(coarse.lon).all()
