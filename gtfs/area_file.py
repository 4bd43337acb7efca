"""What an area file may say: one type for each of its tables.

Rule: everything that makes a service this city and not another stands in the area file and in
the files that it names, relative to it. Keys that are not listed here are refused.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1)]
Clock = Annotated[str, Meta(pattern=r"^[0-4]\d:[0-5]\d$")]  # hours may pass 24
Lon = Annotated[float, Meta(ge=-180, le=180)]
Lat = Annotated[float, Meta(ge=-90, le=90)]
Metres = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=0)]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything that is read: immutable, and unknown keys are refused."""


class FeedTable(_Table, frozen=True):
    """Where the timetable comes from: exactly one of the three."""

    path: str = ""  # zip or folder of a GTFS feed
    url: str = ""  # of a GTFS feed
    builder: str = ""  # folder of plain-text sources, see `gtfs.build`


class RealtimeTable(_Table, frozen=True):
    """Where GTFS-Realtime messages come from; more than one message makes one picture."""

    sources: list[Text] = []  # files, relative to the area file, or URLs
    poll_s: Annotated[int, Meta(ge=5)] = 30
    max_age_s: Annotated[int, Meta(ge=30)] = 900  # older predictions are worth less than a schedule


class RoadsTable(_Table, frozen=True):
    """Road files, see `gtfs.roads`."""

    nodes: Text
    edges: Text
    speeds: Text
    max_snap_m: Metres = 250  # a stop farther from any road is a mistake
    nodes_as_places: bool = True  # false for large networks: the matrix is square in places


class StraightTable(_Table, frozen=True):
    """Driving times of a city without road files."""

    speed_kmh: Positive
    detour: Annotated[float, Meta(ge=1)] = 1.4


class ZonesTable(_Table, frozen=True):
    """Living zones and the districts that they are made of."""

    file: Text  # `ZonesFile`
    polygons: Text  # GeoJSON of districts, property name_ko
    margin_m: Metres = 0  # so far outside, a point still belongs to the nearest zone


class WalkingTable(_Table, frozen=True):
    """How people walk."""

    land: str = ""  # GeoJSON of more land and of water; without it all is land
    detour: Annotated[float, Meta(ge=1)] = 1.3
    shore_m: Metres = 30


class FaresTable(_Table, frozen=True):
    """What a ride costs, per head."""

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    amounts: dict[Text, Count]  # by kind of rider, whole units of the currency
    note_ko: Text
    note_en: Text


class Depot(_Table, frozen=True):
    """Where shuttles stand."""

    depot_id: Id
    name_ko: Text
    name_en: Text
    lon: Lon
    lat: Lat
    estimated: bool = True
    accuracy_m: Count = 0


class Rest(_Table, frozen=True):
    """A break that begins within [earliest, latest]."""

    earliest: Clock
    latest: Clock
    duration_min: Annotated[int, Meta(ge=1)]


class Shuttle(_Table, frozen=True):
    """A vehicle of the fleet and its duty."""

    vehicle_id: Id
    depot: Text
    configurations: Annotated[list[tuple[Count, Count]], Meta(min_length=1)]  # seats, wheelchairs
    shift: tuple[Clock, Clock]
    breaks: list[Rest] = []
    max_route_s: Annotated[int, Meta(gt=0)] | None = None


class AreaFile(_Table, frozen=True, rename={"depots": "depot", "vehicles": "vehicle"}):
    """The area file itself."""

    area_id: Id
    name_ko: Text
    name_en: Text
    timezone: Text
    centre: tuple[Lon, Lat]
    bbox: tuple[Lon, Lat, Lon, Lat]  # west, south, east, north
    languages: Annotated[list[Text], Meta(min_length=1)]
    estimated: bool
    note_ko: str
    note_en: str
    feed: FeedTable
    zones: ZonesTable
    virtual_stops: Text  # CSV of `VirtualStop` rows
    depots: Annotated[list[Depot], Meta(min_length=1)]
    vehicles: Annotated[list[Shuttle], Meta(min_length=1)]
    fares: FaresTable
    demand: str = ""  # TOML of `gtfs.demand.DemandFile`
    living: str = ""  # TOML of `gtfs.living_file.LivingFile`
    attribution: list[Text] = []
    scenarios: list[Id] = []  # cities that might be; rows of roads and stops name them
    scenario: str = ""  # the one that is on
    roads: RoadsTable | None = None
    straight: StraightTable | None = None
    walking: WalkingTable = WalkingTable()
    realtime: RealtimeTable = RealtimeTable()
    policy: dict[str, Any] = {}


class VirtualStop(_Table, frozen=True):
    """A row of the file of virtual stops."""

    stop_id: Id
    name_ko: Text
    name_en: Text
    lat: Lat
    lon: Lon
    coord_kind: Text
    accuracy_m: Count
    scenario: str = ""


class ZonePart(_Table, frozen=True):
    """A district, or what of it lies east or west of a meridian."""

    district: Text
    east_of: Lon = -180.0
    west_of: Lon = 180.0


class ZoneTable(_Table, frozen=True):
    """A living zone."""

    zone_id: Id
    name_ko: Text
    name_en: Text
    parts: Annotated[list[ZonePart], Meta(min_length=1)]


class ZonesFile(_Table, frozen=True, rename={"zones": "zone"}):
    """The zones of a city and what is assumed about them."""

    note_ko: Text
    note_en: Text
    zones: Annotated[list[ZoneTable], Meta(min_length=1)]
