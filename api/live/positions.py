"""Where vehicles last were, as their drivers reported it.

Rule: positions are not facts of the log. They are kept in memory, the latest of each vehicle
only; what matters of them goes to the dispatch core as an expected arrival.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: A driver's clock may be ahead by this much.
AHEAD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Report:
    """One position of a vehicle."""

    at: datetime
    lon: float
    lat: float
    heading: float | None


class Positions:
    """The latest report of each vehicle."""

    def __init__(self) -> None:
        self._latest: dict[str, Report] = {}
        #: Moves with every new report.
        self.n_reports = 0

    def find(self, vehicle_id: str) -> Report | None:
        """The latest report of a vehicle."""
        return self._latest.get(vehicle_id)

    def take(self, vehicle_id: str, reports: list[Report], now: datetime) -> int:
        """Keep the latest of ``reports``, which come in any order, some of them again.

        Parameters
        ----------
        vehicle_id
            Whose they are.
        reports
            With the driver's own times. A clock may be a little ahead and is set right; times
            far ahead are not believed.
        now
            Service time.

        Returns
        -------
        int
            How many of them were later than what was known.
        """
        known = self._latest.get(vehicle_id)
        new = [
            replace(report, at=min(report.at, now))
            for report in reports
            if report.at <= now + AHEAD and (known is None or report.at > known.at)
        ]
        if new:
            self._latest[vehicle_id] = max(new, key=lambda report: report.at)
            self.n_reports += len(new)
        return len(new)
