"""A compiled day as it really runs, and what of it is prediction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from gtfs.compiled import CompiledDay, Trips
from gtfs.realtime.alerts import Alert
from gtfs.realtime.report import RealtimeReport
from gtfs.realtime.trips import Changes, LiveRun
from gtfs.realtime.vehicles import VehicleView
from gtfs.strings import Strings
from routing.transit import Calls, Runs, apply_runs, next_departures
from routing.transit.departures import Departure
from routing.transit.timetable import CAN_BOARD, Patterns
from routing.types import NONE, Int32Array, frozen


class Picked(Strings):
    """Texts of other texts' positions, and of a few more: nothing is copied.

    Parameters
    ----------
    base
        Texts.
    more
        Texts that follow them.
    order
        Position of each text in ``base`` and ``more`` together, shape (n,).
    """

    def __init__(self, base: Strings, more: Sequence[str], order: np.ndarray) -> None:
        super().__init__(base.text, base.ptr)
        self._base, self._more, self._order = base, more, order

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, at: Any) -> Any:
        """One text, or a list of them."""
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        position, n_base = int(self._order[at]), len(self._base)
        return self._base[position] if position < n_base else self._more[position - n_base]

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))


class CallState(NamedTuple):
    """What is known about one call of a trip."""

    is_live: bool  # its times are predictions
    arr_time: int  # service seconds, as expected
    dep_time: int  # service seconds, as expected
    scheduled_arr_time: int | None  # as the schedule has it; None where it has no such call
    scheduled_dep_time: int | None


@dataclass(frozen=True)
class LiveDay(CompiledDay):
    """A compiled day in which trips are late, cancelled, diverted or added.

    Its trips are numbered anew; ids and labels follow. Where it has no transfers, searches by
    rounds answer; `with_transfers` prepares them again.

    Attributes
    ----------
    scheduled
        The day as planned.
    origin
        Trip of the scheduled day for each trip, its count of trips and more for runs, shape (t,).
    runs
        What runs otherwise than planned.
    cancelled
        Trips of the scheduled day that do not run and that riders are to be told of.
    alerts
        Whatever is to be told.
    vehicles
        Where vehicles are.
    report
        What was applied and what was not.
    made_at
        When the newest message was made, Unix seconds; 0 if none says.
    """

    scheduled: CompiledDay = None  # type: ignore[assignment]
    origin: Int32Array = None  # type: ignore[assignment]
    runs: tuple[LiveRun, ...] = ()
    cancelled: frozenset[int] = frozenset()
    alerts: tuple[Alert, ...] = ()
    vehicles: tuple[VehicleView, ...] = ()
    report: RealtimeReport = None  # type: ignore[assignment]
    made_at: int = 0

    def find_run(self, trip: int) -> LiveRun | None:
        """The run behind a trip, None where it runs as planned."""
        at = int(self.origin[trip]) - self.scheduled.timetable.n_trips
        return self.runs[at] if at >= 0 else None

    def scheduled_trip(self, trip: int) -> int | None:
        """Trip of the scheduled day, None where it runs in addition."""
        run = self.find_run(trip)
        if run is None:
            return int(self.origin[trip])
        return run.source if run.source != NONE else None

    def list_lost_departures(self, stops: Any, from_time: int, limit: int = 20) -> list[Departure]:
        """Planned departures that do not take place: trips cancelled, calls skipped.

        Parameters
        ----------
        stops
            One stop index, or several.
        from_time
            First planned departure, service seconds, included.
        limit
            Most departures to look at.

        Returns
        -------
        list of Departure
            Of the scheduled day, its trip indices included; earliest first.
        """
        planned = next_departures(self.scheduled.timetable, stops, from_time, limit)
        return [item for item in planned if self._is_lost(item)]

    def _is_lost(self, item: Departure) -> bool:
        if item.trip_idx in self.cancelled:
            return True
        run = self._by_source.get(item.trip_idx)
        if run is None:
            return False
        served = (run.calls.source_pos == item.pos) & (run.calls.flags & CAN_BOARD != 0)
        return not served.any()

    @property
    def _by_source(self) -> dict[int, LiveRun]:
        known: dict[int, LiveRun] | None = self.__dict__.get("_runs_by_source")
        if known is None:
            known = {run.source: run for run in self.runs if run.source != NONE}
            self.__dict__["_runs_by_source"] = known
        return known


def call_state(day: CompiledDay, trip: int, pos: int) -> CallState:
    """What is known about the call at a position of a trip, live or not."""
    patterns = day.timetable.patterns
    event = int(patterns.trip_event_ptr[trip]) + pos
    arr, dep = int(patterns.arr_time[event]), int(patterns.dep_time[event])
    if not isinstance(day, LiveDay):
        return CallState(False, arr, dep, arr, dep)
    run = day.find_run(trip)
    if run is None:
        return CallState(False, arr, dep, arr, dep)
    is_live, source_pos = bool(run.calls.is_live[pos]), int(run.calls.source_pos[pos])
    if run.source == NONE or source_pos == NONE:
        return CallState(is_live, arr, dep, None, None)
    planned = day.scheduled.timetable.patterns
    event = int(planned.trip_event_ptr[run.source]) + source_pos
    return CallState(is_live, arr, dep, int(planned.arr_time[event]), int(planned.dep_time[event]))


def list_alerts(
    day: CompiledDay, epoch_s: int, stop: int | None = None, trip: int | None = None
) -> list[Alert]:
    """Alerts that hold at a moment about a stop, about a trip, or about the trip at the stop.

    Parameters
    ----------
    day
        The day; only a live one has alerts.
    epoch_s
        The moment, Unix seconds.
    stop
        Stop index.
    trip
        Trip of ``day``.

    Returns
    -------
    list of Alert
        In order of the messages; all that hold where neither stop nor trip is given.
    """
    if not isinstance(day, LiveDay):
        return []
    holding = [alert for alert in day.alerts if alert.holds_at(epoch_s)]
    if stop is None and trip is None:
        return holding
    return [alert for alert in holding if _concerns(day, alert, stop, trip)]


def _concerns(day: LiveDay, alert: Alert, stop: int | None, trip: int | None) -> bool:
    places = set() if stop is None else {stop, int(day.stops.parent[stop])}
    for item in alert.selectors:
        about_stop = item.stop is None or item.stop in places
        about_trip = True
        if item.trip is not None or item.route is not None or item.direction is not None:
            about_trip = trip is not None and _is_of(day, item, trip)
        elif item.route_type is not None:
            about_trip = trip is not None and item.route_type == int(
                day.routes.type[day.trips.route[trip]]
            )
        # A stop by itself, a trip by itself, or both together where both are named.
        if about_stop and about_trip and not (trip is None and item.is_general):
            return True
    return False


def _is_of(day: LiveDay, item: Any, trip: int) -> bool:
    if item.trip is not None and item.trip != day.scheduled_trip(trip):
        return False
    if item.route is not None and item.route != int(day.trips.route[trip]):
        return False
    return item.direction is None or item.direction == int(day.trips.direction[trip])


def live_day(
    day: CompiledDay,
    changes: Changes,
    alerts: Sequence[Alert],
    vehicles: Sequence[VehicleView],
    report: RealtimeReport,
    made_at: int,
) -> LiveDay:
    """The day with everything applied that messages say about it.

    Parameters
    ----------
    day
        The day as planned.
    changes
        Trips that run otherwise.
    alerts
        Whatever is to be told.
    vehicles
        Where vehicles are.
    report
        What was applied and what was not.
    made_at
        When the newest message was made, Unix seconds.

    Returns
    -------
    LiveDay
        Without transfers of the trip-based search.
    """
    runs = tuple(changes.runs.values())
    gone = [*changes.cancelled, *(run.source for run in runs if run.source != NONE)]
    timetable, origin = apply_runs(day.timetable, np.array(gone, np.int64), _runs(runs))
    own: dict[str, Any] = {f.name: getattr(day, f.name) for f in fields(CompiledDay)}
    own |= {
        "timetable": timetable,
        "transfers": None,
        "sequence": _sequence(day, timetable.patterns, origin, runs),
    }
    own |= _labels(day, origin, runs)
    found = LiveDay(
        **own,
        scheduled=day,
        origin=origin,
        runs=runs,
        cancelled=frozenset(trip for trip, told in changes.cancelled.items() if told),
        alerts=tuple(alerts),
        vehicles=tuple(vehicles),
        report=report,
        made_at=made_at,
    )
    # The stops are the same: what was looked up once need not be again.
    for name in ("_stop_idx", "_platforms"):
        if name in day.__dict__:
            found.__dict__[name] = day.__dict__[name]
    return found


def _runs(runs: Sequence[LiveRun]) -> Runs:
    columns = [
        np.concatenate([_NOTHING, *(getattr(run.calls, name) for run in runs)])
        for name in ("stop", "arr_time", "dep_time", "flags")
    ]
    ptr = np.cumsum([0, *(len(run.calls.stop) for run in runs)], dtype=np.int64)
    return Runs(Calls(ptr, *columns), np.array([run.source for run in runs], np.int64))


def _sequence(
    day: CompiledDay, new: Patterns, origin: Int32Array, runs: Sequence[LiveRun]
) -> Int32Array:
    """``stop_sequence`` of the events of the live timetable."""
    old = day.timetable.patterns
    first = np.concatenate((old.trip_event_ptr[:-1], np.zeros(len(runs), np.int32)))
    sizes = [len(run.calls.sequence) for run in runs]
    first[len(first) - len(runs) :] = len(day.sequence) + np.cumsum([0, *sizes])[:-1]
    both = np.concatenate([day.sequence, *(run.calls.sequence for run in runs)])
    shift = np.repeat(first[origin] - new.trip_event_ptr[:-1], np.diff(new.trip_event_ptr))
    return frozen(both[np.arange(len(shift)) + shift])


_NOTHING = np.zeros(0, np.int32)


def _labels(day: CompiledDay, origin: Int32Array, runs: Sequence[LiveRun]) -> dict[str, Any]:
    """Labels of the trips in their new order."""
    n_trips, trips = day.timetable.n_trips, day.trips
    labels = np.array([run.label for run in runs], np.int64)
    # A run is labelled as the trip that it replaces, unless it says something else of itself.
    own = [run.label == NONE or bool(run.headsign) for run in runs]
    first_own = n_trips + np.cumsum([0, *own])[:-1]
    as_base = np.concatenate((np.arange(n_trips), np.where(own, first_own, labels)))[origin]
    said = [run.headsign for run, is_own in zip(runs, own, strict=True) if is_own]

    def headsigns(base: Strings) -> Picked:
        """Headsigns in one language."""
        return Picked(base, said, as_base)

    def numbers(base: Int32Array, more: Sequence[int]) -> Int32Array:
        """Numbers of planned trips and of runs."""
        return frozen(np.concatenate((base, np.array(more, np.int32)))[origin])

    def as_labelled(base: Int32Array, default: int) -> list[int]:
        """A column of the trips that runs are labelled as."""
        return [default if label == NONE else int(base[label]) for label in labels]

    picked = Trips(
        id=Picked(trips.id, [run.trip_id for run in runs], origin),
        headsign=headsigns(trips.headsign),
        # What a trip is called beside its headsign, none that is added has.
        short_name=Picked(trips.short_name, [""] * len(said), as_base),
        route=numbers(trips.route, [run.route for run in runs]),
        direction=numbers(trips.direction, [run.direction for run in runs]),
        wheelchair=numbers(trips.wheelchair, as_labelled(trips.wheelchair, 0)),
        day_offset=numbers(trips.day_offset, [run.day_offset for run in runs]),
        is_headway_based=numbers(
            trips.is_headway_based,
            # Whoever says when a bus comes has seen it; its times are no mere headway.
            [0] * len(runs),
        ),
    )
    translated = {language: headsigns(names) for language, names in day.headsigns.items()}
    return {"trips": picked, "headsigns": translated}
