import shutil
from pathlib import Path

import numpy as np
import pytest

from gtfs.roads import read_roads
from routing.errors import AreaError
from routing.road.graph import CLOSED
from routing.road.matrix import all_pairs, road_times
from routing.road.travel import get_travel_s

GRID = Path(__file__).parents[1] / "data" / "grid_town"
SOKCHO = Path(__file__).parents[2] / "gtfs" / "sokcho"
ELEVEN = 11 * 3600


def read(folder, scenarios=(), prefix=""):
    names = (f"{prefix}nodes.csv", f"{prefix}edges.csv", f"{prefix}speeds.toml")
    return read_roads(*(folder / name for name in names), scenarios)


@pytest.fixture(scope="module")
def sokcho():
    roads = read(SOKCHO, prefix="road_")
    return roads, road_times(roads.graph, roads.profile, range(roads.graph.n_nodes))


def minutes(sokcho, origin, destination, time=ELEVEN):
    roads, travel = sokcho
    ends = (roads.get_node_idx(node) for node in (origin, destination))
    return get_travel_s(travel, *ends, time) / 60


def test_driving_over_the_grid_is_blocks_times_fifty_seconds():
    """Half of 36 km/h at 08:00 is 5 m/s, so 100 s a block; 50 s from 12:00 on."""
    roads = read(GRID)
    travel = road_times(roads.graph, roads.profile, range(9))
    row, column = np.divmod(np.arange(9), 3)
    blocks = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    assert (travel.seconds[0] == 100 * blocks).all()
    assert (travel.seconds[1] == 50 * blocks).all()
    assert get_travel_s(travel, 0, 8, 10 * 3600) == 300


def test_an_edge_of_a_scenario_is_closed_until_the_scenario_is_on():
    """The diagonal of 1,400 m is driven at 20 m/s from noon: 70 s instead of 200."""
    corners = [0, 8]
    closed, opened = read(GRID), read(GRID, {"bypass"})
    assert closed.graph.edge_flow[-1] == CLOSED
    assert all_pairs(closed.graph, closed.graph.arc_length_m, corners)[0, 1] == 2000
    assert road_times(opened.graph, opened.profile, corners).seconds[1, 0, 1] == 70


def test_the_planned_station_road_of_sokcho_is_open_in_its_scenario_only(sokcho):
    roads, _ = sokcho
    planned = [i for i, edge in enumerate(roads.edges) if "미개통" in edge.road_name_ko]
    assert len(planned) == 2
    assert (roads.graph.edge_flow[planned] == CLOSED).all()
    assert (read(SOKCHO, {"ktx"}, "road_").graph.edge_flow[planned] != CLOSED).all()


@pytest.mark.parametrize(
    ("origin", "destination", "known"),
    [
        ("B04", "C05", (4.5, 6.0)),  # fire station -> market, 5-6 min on a map service
        ("C05", "B06", (5.4, 6.6)),  # market -> medical center, 6 min on a map service
    ],
)
def test_driving_times_of_sokcho_are_those_that_are_known(sokcho, origin, destination, known):
    at_noon = minutes(sokcho, origin, destination)
    assert known[0] <= at_noon <= known[1]


def test_the_bus_to_the_park_takes_its_known_half_hour(sokcho):
    """30 min by bus from the express terminal, about 17 stops of 20 s among them."""
    assert minutes(sokcho, "R10", "T12") * 1.05 + 17 * 20 / 60 == pytest.approx(30, abs=2)


def test_peaks_are_slower_than_the_night(sokcho):
    times = [minutes(sokcho, "C12", "R01", int(hour * 3600)) for hour in (6, 8.5, 18, 21)]
    assert times[1] > times[0]
    assert times[2] > times[3]


def test_driving_times_are_whole_at_the_station_of_the_future(sokcho):
    assert (sokcho[1].seconds < 3600).all()


@pytest.mark.shared
def test_the_backbone_is_the_one_of_the_source(shared_dir, sokcho):
    """Nodes and edges came from the collected facts; names and scenarios were added."""
    source = read_lengths(shared_dir / "sokcho" / "road_edges.csv")
    assert {edge.edge_id: edge.length_m for edge in sokcho[0].edges} == source


def read_lengths(path):
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    edge_id, length = (header.split(",").index(name) for name in ("edge_id", "length_m"))
    cells = [row.split(",") for row in rows]
    return {row[edge_id]: float(row[length]) for row in cells}


@pytest.fixture
def town(tmp_path):
    return Path(shutil.copytree(GRID, tmp_path / "town"))


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("edges.csv", "E3,N10", "E3,N99", r"edges.csv row 4 from_node: N99 is not in the node"),
        ("edges.csv", "E3,N10", "E2,N10", r"edges.csv row 4 edge_id: E2 stands twice"),
        ("edges.csv", "street,36,500", "street,36,far", r"edges.csv row 2 length_m"),
        ("edges.csv", "street,36,500", "street,36,-5", r"edges.csv row 2 length_m"),
        ("edges.csv", "street,36,500", "street,36,nan", r"edges.csv row 2 length_m"),
        ("edges.csv", "street,36,500", "street,0,500", r"edges.csv row 2 maxspeed_kmh"),
        ("edges.csv", "street,36,500", "alley,36,500", r"row 2 highway: alley has no speeds"),
        ("edges.csv", "length_m", "length_km", r"edges.csv row 2 length"),
        ("nodes.csv", "N01,", "N00,", r"nodes.csv row 4 node_id: N00 stands twice"),
        ("nodes.csv", "30.0000,3.0000", "north,3.0000", r"nodes.csv row 3 lat"),
        ("nodes.csv", "30.0000,3.0000", "91,3.0000", r"nodes.csv row 3 lat"),
        ("nodes.csv", "30.0000,3.0000", "30.0000,inf", r"nodes.csv row 3 lon"),
        ("speeds.toml", "share = [0.5, 1.0]", "share = [0.5]", r"class.street.share: needs 2"),
        ("speeds.toml", "share = [0.5, 1.0]", "share = [0, 1.0]", r"speeds.toml class"),
        ("speeds.toml", '"12:00"', '"07:00"', r"speeds.toml knots: times do not ascend"),
        ("speeds.toml", '"12:00"', '"noon"', r"speeds.toml knots"),
        ("speeds.toml", "junction_s", "signal_s", r"speeds.toml class.*signal_s"),
    ],
)
def test_what_is_wrong_is_named_by_file_row_and_field(town, file, old, new, problem):
    text = (town / file).read_text(encoding="utf-8")
    assert old in text
    (town / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AreaError, match=problem):
        read(town)


def test_an_empty_file_is_refused(town):
    (town / "nodes.csv").write_text("", encoding="utf-8")
    with pytest.raises(AreaError, match=r"nodes.csv: has no rows"):
        read(town)


def test_a_missing_file_is_refused(town):
    (town / "edges.csv").unlink()
    with pytest.raises(AreaError, match=r"edges.csv: cannot be read"):
        read(town)


def test_places_that_no_road_connects_are_refused(town):
    rows = (town / "edges.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if "N22" not in row.split(",")[1:3]]
    (town / "edges.csv").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(AreaError, match=r"nodes.csv row 11 node_id: N22 and 0 more cannot be"):
        read(town)


def test_an_unknown_node_is_named():
    with pytest.raises(KeyError, match="no road node X"):
        read(GRID).get_node_idx("X")
