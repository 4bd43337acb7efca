"""What the plain-text sources of a feed may say: one type for each kind of row or table.

Rule: whatever a builder module needs to know about a city stands in these files; the modules
hold no stop, no time and no fare.
"""

from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1)]
ClockTime = Annotated[str, Meta(pattern=r"^[0-3]\d:[0-5]\d$")]
Color = Annotated[str, Meta(pattern=r"^[0-9A-F]{6}$")]
Positive = Annotated[int, Meta(ge=1)]
Direction = Annotated[int, Meta(ge=0, le=1)]
ServiceId = Literal["weekday", "holiday", "daily"]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything that is read: immutable, and unknown keys are refused."""


class Stop(_Row, frozen=True):
    """A row of stops.csv."""

    stop_id: Text
    kind: Literal["stop", "station"]
    name_ko: Text
    name_en: Text
    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    coord_kind: Literal["sourced", "landmark_sourced", "derived", "estimate"]
    accuracy_m: Positive
    on_roads: bool
    parent: str = ""
    scenario: str = ""


class PatternStop(_Row, frozen=True):
    """A row of patterns.csv."""

    route_id: Text
    direction_id: Direction
    stop_sequence: Positive
    stop_id: Text


class TimetableRow(_Row, frozen=True):
    """A row of timetable.csv."""

    route_id: Text
    direction_id: Direction
    service: ServiceId
    first_departure: ClockTime
    last_departure: ClockTime
    profile: Text
    status: Literal["published", "estimate"]
    note: Text
    running_min: Positive | None = None


class Period(_Row, frozen=True, rename={"from_": "from"}):
    """A stretch of the day with its density of departures."""

    from_: ClockTime
    to: ClockTime
    density_pct: Annotated[int, Meta(ge=0)]


class Profile(_Row, frozen=True):
    """How departures are spread over a day."""

    periods: list[Period]


class Count(_Row, frozen=True):
    """A published number of runs or trains a day, of one route or of several together."""

    count_id: Text
    n_published: Positive
    unit: Literal["run", "train"]
    status: Literal["published", "plan", "estimate"]
    source: Text
    as_of: str = ""  # year and month; empty where the source has no date
    n_buses: Positive | None = None

    @property
    def n_round_trips(self) -> int:
        """Departures a day in each direction, all routes of this count together."""
        return self.n_published if self.unit == "run" else self.n_published // 2


class Route(_Row, frozen=True):
    """A route of routes.toml."""

    route_id: Text
    short_name: Annotated[str, Meta(min_length=1, max_length=12)]
    name_ko: Text
    name_en: Text
    agency_id: Text
    kind: Literal["bus", "coach", "rail"]
    color: Color
    fare_network: str
    count_id: Text
    runs_per_day: Positive
    scenario: str = ""


class RoutesFile(_Row, frozen=True):
    """The content of routes.toml."""

    count: list[Count]
    route: list[Route]


class Network(_Row, frozen=True):
    """Routes that share fares."""

    network_id: Text
    name_ko: Text
    name_en: Text


class Transfer(_Row, frozen=True):
    """The free transfer: where, with what and within which time after getting off."""

    network_id: Text
    medium_id: Text
    within_min: Positive
    n_transfers: Literal[1]


class Medium(_Row, frozen=True):
    """What a fare is paid with; ``gtfs_type`` as fare_media_type in the GTFS reference."""

    medium_id: Literal["card", "cash"]
    name_ko: Text
    name_en: Text
    gtfs_type: Literal[0, 1, 2, 3, 4]


class RiderCategory(_Row, frozen=True):
    """Who pays how much, in units of the file's currency."""

    rider_category_id: Text
    name_ko: Text
    name_en: Text
    is_default: bool
    estimated: bool
    card: Positive
    cash: Positive


class FaresFile(_Row, frozen=True):
    """The content of fares.toml."""

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    network: list[Network]
    transfer: Transfer
    medium: list[Medium]
    rider_category: list[RiderCategory]


class Feed(_Row, frozen=True):
    """What the feed says about itself."""

    timezone: Text
    lang: Text
    country: Text
    publisher_ko: Text
    publisher_en: Text
    url: Text


class RoadFiles(_Row, frozen=True):
    """Names of the road files, relative to the folder of the sources."""

    nodes: Text
    edges: Text
    speeds: Text


class Running(_Row, frozen=True):
    """Constants of estimated stop times."""

    dwell_s: Annotated[int, Meta(ge=0)]
    bus_to_car_pct: Positive


class Agency(_Row, frozen=True):
    """Who runs routes."""

    agency_id: Text
    name_ko: Text
    name_en: Text
    url: Text
    scenario: str = ""


class Attribution(_Row, frozen=True):
    """Whom the data is owed to."""

    attribution_id: Text
    organization_ko: Text
    organization_en: Text
    role: Literal["producer", "operator", "authority"]
    url: Text


class FeedFile(_Row, frozen=True):
    """The content of feed.toml."""

    feed: Feed
    roads: RoadFiles
    running: Running
    agency: list[Agency]
    attribution: list[Attribution]


class Pattern(NamedTuple):
    """The stops of one direction of a route, in order."""

    route_id: str
    direction_id: int
    stop_ids: tuple[str, ...]

    @property
    def shape_id(self) -> str:
        """Name of the line that this pattern follows."""
        return f"{self.route_id}-{self.direction_id}"
