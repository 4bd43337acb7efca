"""What a demand file may say: one type for each of its tables; keys not listed are refused."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gtfs.area_file import Clock, Text

Share = Annotated[float, Meta(ge=0, le=1)]
Weight = Annotated[float, Meta(ge=0)]
Minutes = Annotated[int, Meta(ge=0)]
Weights = dict[Text, Weight]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything that is read: immutable, and unknown keys are refused."""


class DayTable(_Table, frozen=True):
    """One kind of day."""

    requests: Annotated[float, Meta(ge=0)]
    visitor_share: Share
    month: Annotated[int, Meta(ge=1, le=12)]


class SeasonTable(_Table, frozen=True):
    """How visitors come and go over the year."""

    visitors: Annotated[list[Weight], Meta(min_length=12, max_length=12)]


class ResidentsTable(_Table, frozen=True):
    """Where residents live, where they go, and when."""

    outward_hours: Weights
    homeward_hours: Weights
    homeward_share: Share
    homes: Weights  # by district
    errands: Weights  # by virtual stop


class VisitorsTable(_Table, frozen=True):
    """Where visitors are, and when they move."""

    hours: Weights
    places: Weights  # by virtual stop


class BurstTable(_Table, frozen=True):
    """Trains or coaches that people get off."""

    name: Text
    stop: Text
    first: Clock
    last: Clock
    every_min: Annotated[int, Meta(ge=1)]
    requests: Annotated[float, Meta(ge=0)]
    visitor_share: Share
    scenario: str = ""


class HabitsTable(_Table, frozen=True):
    """How riders behave, see `routing.simulation.demand.Habits`."""

    prebooked_share: Share
    prebooked_lead_min: tuple[Minutes, Minutes]
    arrive_by_share: Share
    notice_min: Minutes
    party: Annotated[list[Weight], Meta(min_length=1)]
    wheelchair_share: Share
    senior_share: Share
    cancel_share: Share
    no_show_share: Share
    late_share: Share
    late_mean_s: Weight


class RoadTable(_Table, frozen=True):
    """How driving differs from the plan, see `routing.simulation.chance.RoadNoise`."""

    drive_sd: Weight
    late_share: Share
    late_mean_s: Weight


class DemandFile(_Table, frozen=True, rename={"days": "day", "bursts": "burst"}):
    """The demand file itself."""

    note_ko: Text
    note_en: Text
    days: dict[Text, DayTable]
    season: SeasonTable
    residents: ResidentsTable
    visitors: VisitorsTable
    habits: HabitsTable
    road: RoadTable
    bursts: list[BurstTable] = []
