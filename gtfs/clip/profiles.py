"""What is known to be wrong with the feeds of a source, and how it is put right."""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Values of route_type; 200 is "coach service" of the extended types.
TRAM, METRO, RAIL, BUS, FERRY, COACH = 0, 1, 2, 3, 4, 200


@dataclass(frozen=True)
class Profile:
    """Repairs of one source's feeds.

    Attributes
    ----------
    route_types
        Right value of ``route_type`` by the one that stands there.
    fills
        Values by (file, column) where a needed one is missing or empty.
    legacy
        Encoding of its texts where they are not UTF-8.
    """

    route_types: Mapping[int, int] = field(default_factory=dict)
    fills: Mapping[tuple[str, str], str] = field(default_factory=dict)
    legacy: str = ""


#: The feed as it stands, and the national feed of the Korea Transport Database: trams are buses,
#: ferries trains, trains ferries, buses coaches; metros are metros.
PROFILES: Mapping[str, Profile] = {
    "plain": Profile(),
    "ktdb": Profile(
        route_types={TRAM: BUS, FERRY: RAIL, RAIL: FERRY, BUS: COACH, METRO: METRO},
        fills={
            ("agency", "agency_timezone"): "Asia/Seoul",
            ("agency", "agency_url"): "https://www.ktdb.go.kr",
            ("agency", "agency_lang"): "ko",
        },
        legacy="cp949",
    ),
}


def is_rail(route_type: int) -> bool:
    """Whether a repaired ``route_type`` is long-distance or regional rail."""
    return route_type == RAIL or 100 <= route_type < 200
