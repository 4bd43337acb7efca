"""Roads from two CSV files and one table of speeds: the builder behind `RoadGraph`.

Another source of roads is another function that returns `Roads`, and nothing else changes.
Rule: what a file says is checked here, row by row; whether rows fit together as well.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from gtfs.builder.files import SourceFile, read_csv, read_toml
from routing.errors import AreaError
from routing.road.graph import BOTH, CLOSED, FORWARD, Edges, RoadGraph, on_foot, road_graph
from routing.road.matrix import SpeedProfile, sums_from
from routing.types import NEVER, frozen

_Text = Annotated[str, Meta(min_length=1)]
_Speed = Annotated[int, Meta(ge=1, le=200)]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what is read: immutable, unknown columns and keys are refused."""


class RoadNode(_Row, frozen=True):
    """A row of the node file."""

    node_id: _Text
    name_ko: _Text
    name_en: _Text
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    coord_kind: str = "estimate"
    accuracy_m: Annotated[int, Meta(ge=0)] = 0

    @property
    def is_estimated(self) -> bool:
        """Whether the coordinate is not a surveyed or published one."""
        return self.coord_kind in ("estimate", "derived")


class RoadEdge(_Row, frozen=True):
    """A row of the edge file."""

    edge_id: _Text
    from_node: _Text
    to_node: _Text
    road_name_ko: _Text
    road_name_en: _Text
    highway: _Text
    maxspeed_kmh: _Speed
    length_m: Annotated[float, Meta(ge=0, le=1_000_000)]
    oneway: bool = False
    scenario: str = ""
    coord_kind: str = "estimate"
    accuracy_m: Annotated[int, Meta(ge=0)] = 0

    @property
    def is_estimated(self) -> bool:
        """Whether the course of the road is not a surveyed or published one."""
        return self.coord_kind in ("estimate", "derived")


class ClassSpeeds(_Row, frozen=True):
    """Speeds of one class of road, one number for each knot."""

    share: list[Annotated[float, Meta(gt=0, le=1.5)]]
    junction_s: list[Annotated[float, Meta(ge=0, le=600)]]


class SpeedsFile(_Row, frozen=True, rename={"classes": "class"}):
    """The table of speeds."""

    knots: Annotated[list[Annotated[str, Meta(pattern=r"^\d\d:\d\d$")]], Meta(min_length=1)]
    classes: dict[str, ClassSpeeds]


@dataclass(frozen=True, slots=True)
class Roads:
    """A city's roads with their names; nodes and edges in the order of the graph."""

    graph: RoadGraph
    profile: SpeedProfile
    nodes: tuple[RoadNode, ...]
    edges: tuple[RoadEdge, ...]

    def get_node_idx(self, node_id: str) -> int:
        """Index of a node; raises KeyError if there is none of that id."""
        for index, node in enumerate(self.nodes):
            if node.node_id == node_id:
                return index
        raise KeyError(f"no road node {node_id}")


def read_roads(nodes: Path, edges: Path, speeds: Path, scenarios: Collection[str] = ()) -> Roads:
    """Return the roads that three files describe.

    Parameters
    ----------
    nodes
        CSV of `RoadNode` rows.
    edges
        CSV of `RoadEdge` rows, lengths in metres.
    speeds
        TOML of `SpeedsFile`.
    scenarios
        Names of scenarios that are on; an edge of another scenario is closed.

    Returns
    -------
    Roads
        All edges of the file, those of other scenarios closed.

    Raises
    ------
    AreaError
        If a file, row or field cannot be used, an id stands twice, an edge names an unknown
        node or class, or some nodes cannot be reached from the others.
    """
    node_rows = read_csv(nodes, RoadNode)
    edge_rows = read_csv(edges, RoadEdge)
    table = read_toml(speeds, SpeedsFile)
    node_idx = _index(((at, row.node_id) for at, row in node_rows), "node_id")
    _index(((at, row.edge_id) for at, row in edge_rows), "edge_id")
    class_idx = {name: index for index, name in enumerate(table.classes)}
    columns = [_edge(at, row, node_idx, class_idx, scenarios) for at, row in edge_rows]
    lon, lat = ([getattr(row, name) for _, row in node_rows] for name in ("lon", "lat"))
    graph = road_graph(lon, lat, Edges(*zip(*columns, strict=True)))
    _check_connected(graph, node_rows)
    return Roads(
        graph,
        _profile(table, speeds.name),
        tuple(row for _, row in node_rows),
        tuple(row for _, row in edge_rows),
    )


def no_roads() -> Roads:
    """Return the roads of a city that has no road files: none."""
    empty = Edges([], [], [], [], [], [])
    nothing = frozen(np.empty((0, 1)), np.float64)
    return Roads(road_graph([], [], empty), SpeedProfile(frozen([0]), nothing, nothing), (), ())


def clock_seconds(text: str) -> int:
    """Service seconds of ``HH:MM``."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _index(ids: Iterable[tuple[SourceFile, str]], field: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, name in ids:
        if name in found:
            raise at.error(f"{name} stands twice; ids are unique", field)
        found[name] = len(found)
    return found


def _edge(
    at: SourceFile,
    row: RoadEdge,
    node_idx: dict[str, int],
    class_idx: dict[str, int],
    scenarios: Collection[str],
) -> tuple[int, ...]:
    for field in ("from_node", "to_node"):
        if getattr(row, field) not in node_idx:
            raise at.error(f"{getattr(row, field)} is not in the node file", field)
    if row.highway not in class_idx:
        raise at.error(f"{row.highway} has no speeds; add [class.{row.highway}]", "highway")
    is_open = not row.scenario or row.scenario in scenarios
    return (
        node_idx[row.from_node],
        node_idx[row.to_node],
        round(row.length_m),
        class_idx[row.highway],
        row.maxspeed_kmh,
        (FORWARD if row.oneway else BOTH) if is_open else CLOSED,
    )


def _check_connected(graph: RoadGraph, rows: list[tuple[SourceFile, RoadNode]]) -> None:
    roads = on_foot(graph)
    reached = sums_from(roads, np.zeros_like(roads.arc_head), [0], [0])
    lost = np.flatnonzero(reached == NEVER)
    if len(lost):
        at, row = rows[int(lost[0])]
        raise at.error(
            f"{row.node_id} and {len(lost) - 1} more cannot be reached from "
            f"{rows[0][1].node_id}; add the missing edges",
            "node_id",
        )


def _profile(table: SpeedsFile, name: str) -> SpeedProfile:
    knots = [clock_seconds(text) for text in table.knots]
    if knots != sorted(set(knots)):
        raise AreaError("times do not ascend", name, field="knots")
    for road_class, speeds in table.classes.items():
        for field in ("share", "junction_s"):
            if len(getattr(speeds, field)) != len(knots):
                raise AreaError(
                    f"needs {len(knots)} numbers, one for each knot",
                    name,
                    field=f"class.{road_class}.{field}",
                )
    rows = table.classes.values()
    return SpeedProfile(
        frozen(knots),
        frozen([row.share for row in rows], np.float64),
        frozen([row.junction_s for row in rows], np.float64),
    )
