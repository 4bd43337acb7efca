"""pynigiri over the feed that `minutes` writes, asked what we are asked."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.transit.minutes import midnight_epoch_s

_MAX_TRANSFERS = 7


class Peer:
    """One loaded timetable; queries are made once and kept, so that only the search is timed.

    Parameters
    ----------
    timetable
        As pynigiri loaded it.
    service_date
        The only day on which trips run.
    stop_ids
        Ids by our stop index.
    """

    def __init__(self, timetable: Any, service_date: date, stop_ids: Iterable[str]) -> None:
        self._timetable = timetable
        self._midnight = midnight_epoch_s(service_date) // 60
        self._locations = [timetable.find_location(stop_id) for stop_id in stop_ids]
        self._queries: dict[tuple[int, int, int, int], Any] = {}

    @classmethod
    def load(cls, feed: Path, service_date: date, stop_ids: Iterable[str]) -> "Peer | None":
        """Read a feed; None, said on stderr, where pynigiri is not installed."""
        try:
            import pynigiri
        except ImportError:
            print("left out: pynigiri is not installed (extra `bench`)", file=sys.stderr)
            return None
        loader, options = pynigiri.LoaderConfig(), pynigiri.FinalizeOptions()
        loader.link_stop_distance = 0
        options.adjust_footpaths = False
        source = pynigiri.TimetableSource("feed", str(feed), loader)
        last = service_date + timedelta(days=2)
        with _quiet():
            timetable = pynigiri.load_timetable(
                [source], service_date.isoformat(), last.isoformat(), options
            )
        return cls(timetable, service_date, stop_ids)

    def find_journeys(self, query: tuple[int, int, int]) -> Any:
        """Pareto set of one departure."""
        return self._route(query, 0)

    def find_range(self, query: tuple[int, int, int], window_s: int) -> Any:
        """Pareto set of a window."""
        return self._route(query, window_s)

    def _route(self, query: tuple[int, int, int], window_s: int) -> Any:
        import pynigiri

        key = (*query, window_s)
        if key not in self._queries:
            self._queries[key] = self._query(*key)
        return pynigiri.route(self._timetable, self._queries[key])

    def _query(self, source: int, target: int, dep_time: int, window_s: int) -> Any:
        import pynigiri

        query = pynigiri.Query()
        start = self._midnight + dep_time // 60
        query.start_time = (start, start + window_s // 60) if window_s else start
        query.start = [pynigiri.Offset(self._locations[source], 0, 0)]
        query.destination = [pynigiri.Offset(self._locations[target], 0, 0)]
        query.start_match_mode = pynigiri.LocationMatchMode.EXACT
        query.dest_match_mode = pynigiri.LocationMatchMode.EXACT
        query.use_start_footpaths = True
        query.max_transfers = _MAX_TRANSFERS
        return query

    def read(self, answers: list[Any]) -> list[list[tuple[int, int]]]:
        """Trips and arrival of each journey of each answer, as ours come."""
        return [
            sorted((j.transfers + 1, self._seconds(j.arrival_time())) for j in found)
            for found in answers
        ]

    def read_ranges(self, answers: list[Any]) -> list[list[tuple[int, int, int]]]:
        """Departure, arrival and trips of each journey of each answer."""
        return [
            sorted(
                (
                    self._seconds(j.departure_time()),
                    self._seconds(j.arrival_time()),
                    j.transfers + 1,
                )
                for j in found
            )
            for found in answers
        ]

    def _seconds(self, minute: int) -> int:
        return (minute - self._midnight) * 60


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Send what the library writes to stderr nowhere."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
