"""Two algorithms over every pair of stops: arrivals by connection scan and by rounds."""

import numpy as np

from routing.transit import Timetable, csa, raptor

#: More rounds than any of the feeds needs: the scan, which has no such bound, finds the same.
MANY_TRIPS = 40


def arrivals_by_both(timetable: Timetable, dep_time: int) -> tuple[np.ndarray, np.ndarray]:
    """Earliest arrivals of all ordered stop pairs by two algorithms, each (s, s) int32.

    Every source is its own access at 0 s and has its footpaths only after a ride.
    """
    n = timetable.n_stops
    scan, rounds = csa.scan_workspace(timetable), raptor.round_workspace(timetable, MANY_TRIPS)
    by_scan, by_rounds = np.empty((n, n), np.int32), np.empty((n, n), np.int32)
    for source in range(n):
        access = (np.array([source]), np.array([0]))
        by_scan[source] = csa.earliest_arrivals(timetable, access, dep_time, scan)
        by_rounds[source] = raptor.earliest_arrivals(
            timetable, access, dep_time, MANY_TRIPS, rounds
        )
    return by_scan, by_rounds


def seeded_departures(timetable: Timetable, seed: int = 2026, count: int = 5) -> list[int]:
    """Departures at the times at which a random trip leaves some stop, so that trips run then."""
    times = timetable.connections.dep_time
    return sorted(int(time) for time in np.random.default_rng(seed).choice(times, count))
