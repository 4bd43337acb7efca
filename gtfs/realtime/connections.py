"""When a trip of the timetable is expected at a stop, as it really runs."""

from typing import NamedTuple

import numpy as np

from gtfs.compiled import CompiledDay
from gtfs.realtime.day import LiveDay
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD


class Expected(NamedTuple):
    """What is known of a trip at a stop."""

    time: int | None  # service seconds; None where it does not run or does not call


class TripFinder:
    """Finds calls of a day's trips by their ids.

    Parameters
    ----------
    day
        The day as planned.
    """

    def __init__(self, day: CompiledDay) -> None:
        self.day = day
        # Runs of a frequency share an id: which of them is meant, its time says.
        self._trips: dict[str, list[int]] = {}
        for trip, trip_id in enumerate(day.trips.id):
            self._trips.setdefault(trip_id, []).append(trip)

    def find(
        self, live: LiveDay, trip_id: str, stop_id: str, time: int, *, departs: bool
    ) -> Expected | None:
        """What is known now of a call that was planned or agreed.

        Parameters
        ----------
        live
            The same day as it runs.
        trip_id
            Its trip.
        stop_id
            Where it calls.
        time
            When it was to depart or arrive, service seconds; tells calls at one stop apart.
        departs
            Whether its departure is asked for, or its arrival.

        Returns
        -------
        Expected or None
            None where the timetable has no such call.
        """
        stop = self.day.find_stop(stop_id)
        planned = [
            (abs(self._time(trip, pos, departs) - time), trip, pos)
            for trip in self._trips.get(trip_id, ())
            for pos in self._positions(trip, stop)
        ]
        if not planned:
            return None
        _, trip, pos = min(planned)
        if trip in live.cancelled:
            return Expected(None)
        run = next((run for run in live.runs if run.source == trip), None)
        if run is None:
            return Expected(self._time(trip, pos, departs))
        calls, wanted = run.calls, CAN_BOARD if departs else CAN_ALIGHT
        at = np.flatnonzero((calls.source_pos == pos) & (calls.flags & wanted != 0))
        if not len(at):
            return Expected(None)
        return Expected(int((calls.dep_time if departs else calls.arr_time)[at[0]]))

    def _positions(self, trip: int, stop: int | None) -> list[int]:
        patterns = self.day.timetable.patterns
        pattern = int(patterns.trip_pattern[trip])
        calls = patterns.stop[patterns.stop_ptr[pattern] : patterns.stop_ptr[pattern + 1]]
        return [] if stop is None else np.flatnonzero(calls == stop).tolist()

    def _time(self, trip: int, pos: int, departs: bool) -> int:
        patterns = self.day.timetable.patterns
        event = int(patterns.trip_event_ptr[trip]) + pos
        return int((patterns.dep_time if departs else patterns.arr_time)[event])
