"""Which trip of a compiled day a message means."""

from dataclasses import dataclass
from datetime import date

from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.compiled import CompiledDay
from gtfs.realtime.report import Problem

# A run of a line that only promises a headway has no exact start; so far it may be off, s.
_HEADWAY_SLACK_S = 900


@dataclass(frozen=True)
class Run:
    """A trip of the day and when it starts, in the seconds of its own service day."""

    trip: int
    day_offset: int
    start_s: int
    end_s: int  # in the seconds of the compiled day, as is ``begin_s``
    begin_s: int


class Matcher:
    """Finds trips, routes and stops by the ids of messages; made once for a day.

    Parameters
    ----------
    day
        The scheduled day.
    """

    def __init__(self, day: CompiledDay) -> None:
        self.day = day
        self.routes = {route_id: i for i, route_id in enumerate(day.routes.id)}
        patterns = day.timetable.patterns
        begin = patterns.dep_time[patterns.trip_event_ptr[:-1]].tolist()
        end = patterns.arr_time[patterns.trip_event_ptr[1:] - 1].tolist()
        offsets = day.trips.day_offset.tolist()
        origin = {
            offset: day.service_day.offset_s(day.service_day.shifted(offset))
            for offset in set(offsets)
        }
        self._runs: dict[str, list[Run]] = {}
        for trip, trip_id in enumerate(day.trips.id):
            offset = offsets[trip]
            run = Run(trip, offset, begin[trip] - origin[offset], end[trip], begin[trip])
            self._runs.setdefault(trip_id, []).append(run)
        self._by_start: dict[tuple[str, int, int], list[Run]] | None = None

    def has_trip(self, trip_id: str) -> bool:
        """Whether any run of the day has this id."""
        return trip_id in self._runs

    def find(self, trip: realtime.TripDescriptor, now_s: int) -> int | Problem:
        """Trip of the day that a descriptor means.

        Parameters
        ----------
        trip
            What the message says.
        now_s
            Now, in seconds of the compiled day; decides where no start date is given.

        Returns
        -------
        int or Problem
            Trip index, or why there is none.
        """
        by_id = self._runs.get(trip.trip_id, [])
        runs = by_id if trip.trip_id else self._list_by_route(trip)
        offset = self.day_offset(trip.start_date)
        if offset is not None:
            runs = [run for run in runs if run.day_offset == offset]
        start_s = clock_seconds(trip.start_time)
        if start_s is not None:
            runs = self._starting(runs, start_s)
        if len(runs) > 1 and offset is None:
            # Without a date: of the day whose run is under way, or nearest to it.
            offset = min(runs, key=lambda run: _distance(run, now_s)).day_offset
            runs = [run for run in runs if run.day_offset == offset]
        if not runs:
            return Problem.UNKNOWN_TRIP
        return runs[0].trip if len(runs) == 1 else Problem.AMBIGUOUS_TRIP

    def day_offset(self, start_date: str) -> int | None:
        """Days from the compiled day to a date, None where none is given that can be read."""
        try:
            day = date(int(start_date[:4]), int(start_date[4:6]), int(start_date[6:8]))
        except ValueError:
            return None
        return (day - self.day.service_date).days

    def _starting(self, runs: list[Run], start_s: int) -> list[Run]:
        exact = [run for run in runs if run.start_s == start_s]
        if exact:
            return exact
        headways = self.day.trips.is_headway_based
        near = [
            run
            for run in runs
            if headways[run.trip] and abs(run.start_s - start_s) <= _HEADWAY_SLACK_S
        ]
        if near:
            return [min(near, key=lambda run: abs(run.start_s - start_s))]
        # A trip that runs once a day needs no start; some producers give the first update's.
        once = {run.day_offset for run in runs}
        return runs if len(once) == len(runs) else []

    def _list_by_route(self, trip: realtime.TripDescriptor) -> list[Run]:
        """Runs of a route in a direction that start at the second given."""
        if self._by_start is None:
            self._by_start = {}
            trips, routes = self.day.trips, self.day.routes
            for runs in self._runs.values():
                for run in runs:
                    route = routes.id[int(trips.route[run.trip])]
                    key = route, int(trips.direction[run.trip]), run.start_s
                    self._by_start.setdefault(key, []).append(run)
        start_s = clock_seconds(trip.start_time)
        if start_s is None or not trip.route_id:
            return []
        directions = [trip.direction_id] if trip.HasField("direction_id") else [-1, 0, 1]
        return [
            run
            for direction in directions
            for run in self._by_start.get((trip.route_id, direction, start_s), [])
        ]


def _distance(run: Run, now_s: int) -> int:
    return max(run.begin_s - now_s, now_s - run.end_s, 0)


def clock_seconds(text: str) -> int | None:
    """Service seconds of ``HH:MM:SS``; None where there is no such text."""
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isdecimal() and part.isascii() for part in parts):
        return None
    hours, minutes, seconds = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds
