"""Counters for operators, in the Prometheus text format.

Rule: labels are routes, methods, statuses and codes. No id, name, place or token is a label.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """The counters of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "sokcho_http_requests_total",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._latency = Histogram(
            "sokcho_http_request_seconds",
            "Time until an answer began.",
            ["method", "route"],
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._refusals = Counter(
            "sokcho_refusals_total",
            "Requests refused, by problem type: unmet demand among them.",
            ["code"],
            registry=self.registry,
        )
        self.streams = Gauge("sokcho_event_streams", "Open event streams.", registry=self.registry)
        self.bookings = Gauge(
            "sokcho_bookings", "Bookings of today, by state.", ["state"], registry=self.registry
        )
        self.version = Gauge(
            "sokcho_log_version", "Commits in the log of today.", registry=self.registry
        )
        self._realtime = Gauge(
            "sokcho_realtime_entities",
            "Entities of the last GTFS-Realtime messages, by kind and what became of them.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.realtime_age = Gauge(
            "sokcho_realtime_age_seconds",
            "Age of the newest GTFS-Realtime message that is applied.",
            registry=self.registry,
        )

    def realtime(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Show what became of the entities of the last messages, by kind and outcome."""
        self._realtime.clear()
        for (kind, outcome), n in counts.items():
            self._realtime.labels(kind, outcome).set(n)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(method, route).observe(seconds)

    def refused(self, code: str) -> None:
        """Count one refusal."""
        self._refusals.labels(code).inc()

    def refusals(self) -> dict[str, int]:
        """Refusals since the process started, by problem code."""
        return {
            sample.labels["code"]: int(sample.value)
            for metric in self._refusals.collect()
            for sample in metric.samples
            if sample.name.endswith("_total")
        }

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
