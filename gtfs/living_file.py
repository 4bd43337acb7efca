"""What a file of everyday life may say: one type for each of its tables."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gtfs.area_file import Count, Id, Lat, Lon, Text


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything that is read: immutable, and unknown keys are refused."""


class KindTable(_Table, frozen=True):
    """What people need to get to."""

    name_ko: Text
    name_en: Text


class DestinationTable(_Table, frozen=True):
    """One place that people need to get to."""

    destination_id: Id
    kind: Text
    name_ko: Text
    name_en: Text
    lon: Lon
    lat: Lat
    coord_kind: Text
    accuracy_m: Count
    scenario: str = ""


class LivingFile(_Table, frozen=True, rename={"destinations": "destination"}):
    """Who lives where, and where everyday life takes place."""

    population: Annotated[int, Meta(gt=0)]
    note_ko: Text
    note_en: Text
    kinds: Annotated[dict[Text, KindTable], Meta(min_length=1)]
    residents: Annotated[dict[Text, Count], Meta(min_length=1)]  # persons, by district
    destinations: Annotated[list[DestinationTable], Meta(min_length=1)]
    cell_m: Annotated[float, Meta(ge=20)] = 250
    along_roads_m: Annotated[float, Meta(gt=0)] = 200
