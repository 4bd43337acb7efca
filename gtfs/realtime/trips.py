"""Trip updates -> trips as they really run. How delays spread is `routing.transit.delays`'s to say.

Source: GTFS Realtime reference, "Trip Updates". All of ``schedule_relationship`` is read.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.compiled import CompiledDay
from gtfs.realtime.match import Matcher, clock_seconds
from gtfs.realtime.report import Kind, Problem, RealtimeReport
from routing.transit.delays import END_OF_WORDS, spread_delays
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD
from routing.types import NONE, frozen

_Update = realtime.TripUpdate.StopTimeUpdate
#: Nothing is later than that, s; a time beyond is a slip of the producer.
_LONGEST_DELAY_S = 2 * 86_400
_NOTHING_SAID = int(NONE)
_LATEST_TIME = 9 * 86_400


class LiveCalls(NamedTuple):
    """Calls of a trip as it really runs; int32, ``n`` calls."""

    stop: np.ndarray  # (n,) stop index
    arr_time: np.ndarray  # (n,) service seconds of the compiled day
    dep_time: np.ndarray  # (n,) service seconds of the compiled day
    flags: np.ndarray  # (n,) as in `routing.transit.timetable`; 0 where the stop is skipped
    is_live: np.ndarray  # (n,) 1 where the times are a prediction, not the schedule
    sequence: np.ndarray  # (n,) stop_sequence
    source_pos: np.ndarray  # (n,) position along the trip that it replaces, or NONE


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A trip that runs otherwise than the schedule says.

    Attributes
    ----------
    source
        Trip of the scheduled day that it replaces; ``NONE`` where it runs in addition.
    calls
        Where and when.
    trip_id
        Its id.
    label
        Trip of the scheduled day that it is labelled as; ``NONE`` where there is none.
    route
        Route index.
    direction
        ``direction_id``, or -1.
    headsign
        Where it says it goes, where it says so itself.
    day_offset
        Days from the compiled day to its own service day.
    """

    source: int
    calls: LiveCalls
    trip_id: str
    label: int
    route: int
    direction: int
    headsign: str = ""
    day_offset: int = 0


@dataclass
class Changes:
    """What messages say about the trips of a day; the last word counts."""

    runs: dict[str, LiveRun]  # by what is replaced (``=3``) or added (``+id``)
    cancelled: dict[int, bool]  # trip of the scheduled day -> whether riders are to be told


def scheduled_calls(day: CompiledDay, trip: int, shift_s: int = 0) -> LiveCalls:
    """Calls of a trip as the schedule has them."""
    patterns = day.timetable.patterns
    events = slice(int(patterns.trip_event_ptr[trip]), int(patterns.trip_event_ptr[trip + 1]))
    n = events.stop - events.start
    first = int(patterns.stop_ptr[patterns.trip_pattern[trip]])
    arr, dep = patterns.arr_time[events], patterns.dep_time[events]
    if shift_s:
        arr, dep = frozen(arr + shift_s), frozen(dep + shift_s)
    return LiveCalls(
        stop=patterns.stop[first : first + n],
        arr_time=arr,
        dep_time=dep,
        flags=patterns.flags[first : first + n],
        is_live=np.zeros(n, np.int32),
        sequence=day.sequence[events],
        source_pos=np.arange(n, dtype=np.int32),
    )


class TripReader:
    """Reads trip updates of one day.

    Parameters
    ----------
    matcher
        Of the scheduled day.
    now_s
        Now, in seconds of that day.
    report
        Takes what could not be applied.
    """

    def __init__(self, matcher: Matcher, now_s: int, report: RealtimeReport) -> None:
        self._matcher, self._now_s, self._report = matcher, now_s, report
        self._day = matcher.day
        self._origin_s = self._day.service_day.origin_epoch_s
        self.changes = Changes({}, {})

    def read(self, update: realtime.TripUpdate) -> None:
        """Take one update."""
        relation = update.trip.schedule_relationship
        kinds = realtime.TripDescriptor
        if relation in (kinds.ADDED, kinds.NEW):
            self._add(update)
        elif relation == kinds.DUPLICATED:
            self._duplicate(update)
        else:
            self._change(update)

    # --- trips of the schedule ---

    def _change(self, update: realtime.TripUpdate) -> None:
        trip = self._matcher.find(update.trip, self._now_s)
        if isinstance(trip, Problem):
            self._problem(trip, update)
            return
        kinds = realtime.TripDescriptor
        relation = update.trip.schedule_relationship
        if relation in (kinds.CANCELED, kinds.DELETED):
            self._take(f"={trip}", update)
            self.changes.cancelled[trip] = relation == kinds.CANCELED
            self._report.applied(Kind.TRIP_UPDATE)
            return
        calls: LiveCalls | None
        if relation == kinds.REPLACEMENT:
            calls = self._new_calls(update)
        else:
            shift_s = self._shift(trip, update)
            calls = self._predicted(scheduled_calls(self._day, trip, shift_s), update)
        if calls is not None:
            self._take(f"={trip}", update)
            self.changes.runs[f"={trip}"] = self.run_of(trip, calls, update.trip.trip_id)

    def run_of(self, trip: int, calls: LiveCalls, trip_id: str = "") -> LiveRun:
        """A run in place of a trip of the schedule; its id is looked up where it is not given."""
        trips = self._day.trips
        return LiveRun(
            source=trip,
            calls=calls,
            trip_id=trip_id or trips.id[trip],
            label=trip,
            route=int(trips.route[trip]),
            direction=int(trips.direction[trip]),
            day_offset=int(trips.day_offset[trip]),
        )

    def _shift(self, trip: int, update: realtime.TripUpdate) -> int:
        """What a run that only promises a headway starts later than the one it is taken for."""
        start_s = clock_seconds(update.trip.start_time)
        if start_s is None or not self._day.trips.is_headway_based[trip]:
            return 0
        return start_s + self._origin_of(int(self._day.trips.day_offset[trip])) - self._begin(trip)

    def _predicted(self, calls: LiveCalls, update: realtime.TripUpdate) -> LiveCalls | None:
        delay_s = update.delay if update.HasField("delay") else None
        if delay_s is not None and abs(delay_s) > _LONGEST_DELAY_S:
            self._problem(Problem.OUT_OF_RANGE, update)
            delay_s = None
        followed, n_words = self._followed(calls, update, delay_s)
        if not n_words and delay_s is None:
            self._problem(Problem.NO_TIMES, update)
            return None
        self._report.applied(Kind.TRIP_UPDATE)
        return followed

    def _followed(
        self, calls: LiveCalls, update: realtime.TripUpdate, delay_s: int | None
    ) -> tuple[LiveCalls, int]:
        """The calls with all that is said about them, and how many words there were."""
        n = len(calls.stop)
        said = np.full((2, n), NONE, np.int32)
        stop, flags = calls.stop, calls.flags
        # Asked for one by one, lists are faster than arrays.
        sequence, arr, dep = (
            column.tolist() for column in (calls.sequence, calls.arr_time, calls.dep_time)
        )
        at, n_words = 0, 0
        for item in update.stop_time_update:
            pos = self._position(calls.stop, sequence, item, at)
            if pos is None:
                about = f"{_name(update)} {item.stop_id or item.stop_sequence}"
                self._report.add(Kind.TRIP_UPDATE, Problem.UNKNOWN_STOP, about)
                continue
            at = pos + 1
            relation = item.schedule_relationship
            if relation == _Update.NO_DATA:
                said[:, pos] = END_OF_WORDS
                n_words += 1
                continue
            moved = self._assigned(item, update)
            if moved is not None and moved != self._day.timetable.walks.place[stop[pos]]:
                stop = _with(stop, pos, moved)
            if relation == _Update.SKIPPED:
                flags = _with(flags, pos, 0)
            words = (
                self._delay(item, "arrival", arr[pos], update),
                self._delay(item, "departure", dep[pos], update),
            )
            said[:, pos] = words
            if (
                words == (_NOTHING_SAID, _NOTHING_SAID)
                and moved is None
                and relation != _Update.SKIPPED
            ):
                self._problem(Problem.NO_TIMES, update)
                continue
            n_words += 1
        times = spread_delays(
            calls.arr_time, calls.dep_time, said, _NOTHING_SAID if delay_s is None else delay_s
        )
        if times.went_back:
            self._problem(Problem.TIMES_GO_BACK, update)
        changed = calls._replace(
            stop=stop,
            flags=flags,
            arr_time=times.arr_time,
            dep_time=times.dep_time,
            is_live=times.is_live,
        )
        return changed, n_words

    def _position(
        self, stops: np.ndarray, sequence: list[int], item: _Update, start: int
    ) -> int | None:
        if item.HasField("stop_sequence"):
            wanted = item.stop_sequence
            if start < len(sequence) and sequence[start] == wanted:
                return start
            if wanted in sequence:
                return sequence.index(wanted)
        stop = self._day.find_stop(item.stop_id) if item.stop_id else None
        if stop is None:
            return None
        here = np.flatnonzero(self._day.timetable.walks.place[stops[start:]] == stop)
        if not len(here):
            # Another platform of the same station is the same call.
            parent = self._day.stops.parent
            station = stop if parent[stop] == NONE else parent[stop]
            ahead = stops[start:]
            here = np.flatnonzero((ahead == station) | (parent[ahead] == station))
        return start + int(here[0]) if len(here) else None

    def _assigned(self, item: _Update, update: realtime.TripUpdate) -> int | None:
        """Stop that a vehicle calls at instead of the planned one."""
        if not item.HasField("stop_time_properties"):
            return None
        stop_id = item.stop_time_properties.assigned_stop_id
        found = self._day.find_stop(stop_id) if stop_id else None
        if stop_id and found is None:
            about = f"{_name(update)} {stop_id}"
            self._report.add(Kind.TRIP_UPDATE, Problem.UNKNOWN_STOP, about)
        return found

    def _delay(self, item: _Update, name: str, planned: int, update: realtime.TripUpdate) -> int:
        """Delay of an arrival or a departure, NONE where nothing is said of it."""
        if not item.HasField(name):
            return _NOTHING_SAID
        event = getattr(item, name)
        if event.time:
            delay = int(event.time) - self._origin_s - planned
        elif event.HasField("delay"):
            delay = int(event.delay)
        else:
            return _NOTHING_SAID
        if abs(delay) > _LONGEST_DELAY_S:
            self._problem(Problem.OUT_OF_RANGE, update)
            return _NOTHING_SAID
        return delay

    # --- trips that the schedule does not have ---

    def _add(self, update: realtime.TripUpdate) -> None:
        route = self._matcher.routes.get(update.trip.route_id)
        if route is None:
            about = f"{_name(update)} {update.trip.route_id}"
            self._report.add(Kind.TRIP_UPDATE, Problem.UNKNOWN_ROUTE, about)
            return
        calls = self._new_calls(update)
        if calls is None:
            return
        properties = update.trip_properties
        key = f"+{update.trip.trip_id or update.trip.start_time}"
        self._take(key, update)
        self.changes.runs[key] = LiveRun(
            source=int(NONE),
            calls=calls,
            trip_id=update.trip.trip_id,
            label=int(NONE),
            route=route,
            direction=update.trip.direction_id if update.trip.HasField("direction_id") else -1,
            headsign=properties.trip_headsign,
            day_offset=self._matcher.day_offset(update.trip.start_date) or 0,
        )

    def _new_calls(self, update: realtime.TripUpdate) -> LiveCalls | None:
        """Calls of a trip that brings its own times; None, reported, where they make no trip."""
        rows: list[tuple[int, int, int, int, int]] = []
        went_back = False
        for pos, item in enumerate(update.stop_time_update):
            if item.schedule_relationship in (_Update.SKIPPED, _Update.NO_DATA):
                continue
            stop = self._assigned(item, update)
            if stop is None:
                stop = self._day.find_stop(item.stop_id)
            if stop is None:
                about = f"{_name(update)} {item.stop_id}"
                self._report.add(Kind.TRIP_UPDATE, Problem.UNKNOWN_STOP, about)
                continue
            times = [self._time(item, name) for name in ("arrival", "departure")]
            known = [time for time in times if time is not None]
            if not known:
                continue
            before = rows[-1][2] if rows else known[0]
            went_back |= known[0] < before or known[-1] < known[0]
            arr = max(known[0], before)
            sequence = item.stop_sequence if item.HasField("stop_sequence") else pos + 1
            rows.append((stop, arr, max(arr, known[-1]), _flags(item), sequence))
        if len(rows) < 2:
            self._problem(Problem.NO_TIMES, update)
            return None
        if went_back:
            self._problem(Problem.TIMES_GO_BACK, update)
        self._report.applied(Kind.TRIP_UPDATE)
        stops, arrs, deps, flags, sequences = np.array(rows, np.int64).astype(np.int32).T
        n = len(rows)
        live, nowhere = np.ones(n, np.int32), np.full(n, NONE, np.int32)
        return LiveCalls(stops, arrs, deps, flags, live, sequences, nowhere)

    def _time(self, item: _Update, name: str) -> int | None:
        if not item.HasField(name) or not getattr(item, name).time:
            return None
        time = int(getattr(item, name).time) - self._origin_s
        return time if abs(time) < _LATEST_TIME else None

    def _duplicate(self, update: realtime.TripUpdate) -> None:
        """A trip of the schedule that runs once more, at another time."""
        properties = update.trip_properties
        like = realtime.TripDescriptor()
        like.CopyFrom(update.trip)
        # Start date and time of the copy stand in the properties, not in the descriptor.
        trip = self._matcher.find(like, self._now_s)
        start_s = clock_seconds(properties.start_time)
        if isinstance(trip, Problem) or start_s is None or not properties.trip_id:
            self._problem(trip if isinstance(trip, Problem) else Problem.NO_TIMES, update)
            return
        offset = self._matcher.day_offset(properties.start_date) or 0
        shift_s = start_s + self._origin_of(offset) - self._begin(trip)
        if abs(shift_s) > _LATEST_TIME:
            self._problem(Problem.OUT_OF_RANGE, update)
            return
        planned = scheduled_calls(self._day, trip, shift_s)
        delay_s = update.delay if abs(update.delay) <= _LONGEST_DELAY_S else 0
        calls, _ = self._followed(planned, update, delay_s)
        key = f"+{properties.trip_id}"
        self._take(key, update)
        nowhere = np.full(len(calls.stop), NONE, np.int32)
        run = self.run_of(trip, calls._replace(source_pos=nowhere))
        self.changes.runs[key] = replace(
            run,
            source=int(NONE),
            trip_id=properties.trip_id,
            headsign=properties.trip_headsign,
            day_offset=offset,
        )
        self._report.applied(Kind.TRIP_UPDATE)

    # --- helpers ---

    def _origin_of(self, day_offset: int) -> int:
        """Second 0 of another service day, in seconds of the compiled day."""
        own = self._day.service_day
        return own.offset_s(own.shifted(day_offset))

    def _begin(self, trip: int) -> int:
        patterns = self._day.timetable.patterns
        return int(patterns.dep_time[patterns.trip_event_ptr[trip]])

    def _take(self, key: str, update: realtime.TripUpdate) -> None:
        trip = int(key[1:]) if key[0] == "=" else None
        if key in self.changes.runs or trip in self.changes.cancelled:
            self._problem(Problem.REPEATED, update)
            self.changes.runs.pop(key, None)
            if trip is not None:
                self.changes.cancelled.pop(trip, None)

    def _problem(self, problem: Problem, update: realtime.TripUpdate) -> None:
        self._report.add(Kind.TRIP_UPDATE, problem, _name(update))


def _with(column: np.ndarray, pos: int, value: int) -> np.ndarray:
    """A copy with one value changed."""
    column = column.copy()
    column[pos] = value
    return column


def _flags(item: _Update) -> int:
    properties = item.stop_time_properties
    may_board = not (properties.HasField("pickup_type") and properties.pickup_type == 1)
    may_alight = not (properties.HasField("drop_off_type") and properties.drop_off_type == 1)
    return int(CAN_BOARD * may_board | CAN_ALIGHT * may_alight)


def _name(update: realtime.TripUpdate) -> str:
    trip = update.trip
    return trip.trip_id or f"{trip.route_id} {trip.start_time}".strip() or "(no id)"
