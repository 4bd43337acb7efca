"""Departures of a day from a first one, a last one, a count and a density.

Rule: departures are whole minutes, the first and the last are exact, and the i-th of n stands
where the i/(n-1)-th part of the day's density has passed (whole numbers, so every machine
finds the same minute).
"""

from gtfs.builder.schema import Profile, TimetableRow
from gtfs.builder.table import service_seconds
from routing.errors import AreaError


def list_departures(row: TimetableRow, profile: Profile, n_runs: int) -> list[int]:
    """Return the departures of one timetable row.

    Parameters
    ----------
    row
        First and last departure.
    profile
        Density of departures by time of day.
    n_runs
        How many departures there are.

    Returns
    -------
    list of int
        Service seconds, ascending, whole minutes.

    Raises
    ------
    AreaError
        If they do not fit between first and last departure a minute apart.
    """
    first, last = (service_seconds(t) // 60 for t in (row.first_departure, row.last_departure))
    passed = _passed_density(profile, first, last)
    minutes = [last] if n_runs == 1 else []
    for minute, share in enumerate(passed, first):
        due = len(minutes) * passed[-1]
        if len(minutes) < n_runs and share * (n_runs - 1) >= due:
            minutes.append(minute)
    if len(minutes) != n_runs or minutes[0] != first or minutes[-1] != last:
        raise AreaError(
            f"route {row.route_id} direction {row.direction_id} {row.service}: {n_runs} departures "
            f"do not fit between {row.first_departure} and {row.last_departure} "
            f"with profile {row.profile}",
            "timetable.csv",
            field="last_departure",
        )
    return [minute * 60 for minute in minutes]


def _passed_density(profile: Profile, first: int, last: int) -> list[int]:
    """Density passed since ``first`` at each minute from first to last, both included."""
    density = dict.fromkeys(range(first, last), 100)
    for period in profile.periods:
        start, end = (service_seconds(t) // 60 for t in (period.from_, period.to))
        inside = range(max(start, first), min(end, last))
        density |= dict.fromkeys(inside, period.density_pct)
    passed = [0]
    for minute in range(first, last):
        passed.append(passed[-1] + density[minute])
    return passed
