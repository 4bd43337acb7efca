"""Service alerts: what they say, when, and about what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.realtime.match import Matcher
from gtfs.realtime.report import Kind, Problem, RealtimeReport

_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Selector:
    """What an alert is about; what is None does not matter, all else must hold together."""

    stop: int | None = None
    route: int | None = None
    trip: int | None = None  # of the scheduled day
    direction: int | None = None
    route_type: int | None = None

    @property
    def is_general(self) -> bool:
        """Whether it means the whole of an operator."""
        return self == Selector()


@dataclass(frozen=True, slots=True)
class Alert:
    """A service alert.

    Attributes
    ----------
    alert_id
        Id of the entity.
    cause
        In the words of GTFS Realtime, lower case, as are the two below.
    effect
        What it does to the service.
    severity
        How bad that is.
    header
        Short text by language; the empty language where none is given.
    description
        Text by language.
    url
        More about it, by language; http and https only.
    periods
        When it holds: Unix seconds, end not included, None where open; always if there are none.
    selectors
        What it is about: any of them.
    """

    alert_id: str
    cause: str
    effect: str
    severity: str
    header: Mapping[str, str]
    description: Mapping[str, str]
    url: Mapping[str, str]
    periods: tuple[tuple[int | None, int | None], ...]
    selectors: tuple[Selector, ...]

    def holds_at(self, epoch_s: int) -> bool:
        """Whether it holds at a moment, Unix seconds."""
        return not self.periods or any(
            (start is None or start <= epoch_s) and (end is None or epoch_s < end)
            for start, end in self.periods
        )


def text_in(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else the one without a language, else the first."""
    return texts.get(language) or texts.get("") or next(iter(texts.values()), "")


def read_alert(
    entity_id: str, alert: realtime.Alert, matcher: Matcher, now_s: int, report: RealtimeReport
) -> Alert | None:
    """An alert about things of the day.

    Parameters
    ----------
    entity_id
        Id of the entity.
    alert
        What the message says.
    matcher
        Of the scheduled day.
    now_s
        Now, in seconds of that day.
    report
        Takes what it names that is not known.

    Returns
    -------
    Alert or None
        None where nothing that it is about is known.
    """
    selectors: list[Selector] = []
    for item in alert.informed_entity:
        found = _selector(item, matcher, now_s)
        if isinstance(found, str):
            report.add(Kind.ALERT, Problem.UNKNOWN_TARGET, f"{entity_id} {found}".strip())
        else:
            selectors.append(found)
    if not selectors:
        if not alert.informed_entity:
            report.add(Kind.ALERT, Problem.UNKNOWN_TARGET, entity_id)
        return None
    report.applied(Kind.ALERT)
    return Alert(
        alert_id=entity_id[:80],
        cause=realtime.Alert.Cause.Name(alert.cause).lower(),
        effect=realtime.Alert.Effect.Name(alert.effect).lower(),
        severity=realtime.Alert.SeverityLevel.Name(alert.severity_level).lower(),
        header=_texts(alert.header_text),
        description=_texts(alert.description_text),
        url={
            language: url
            for language, url in _texts(alert.url).items()
            if urlsplit(url).scheme in ("http", "https")
        },
        periods=tuple(_periods(alert.active_period)),
        selectors=tuple(dict.fromkeys(selectors)),
    )


def _selector(item: realtime.EntitySelector, matcher: Matcher, now_s: int) -> Selector | str:
    """What one selector means, or the id in it that is not known."""
    stop = matcher.day.find_stop(item.stop_id) if item.stop_id else None
    route = matcher.routes.get(item.route_id) if item.route_id else None
    if item.stop_id and stop is None:
        return item.stop_id
    if item.route_id and route is None:
        return item.route_id
    trip: int | None = None
    if item.HasField("trip") and item.trip.trip_id:
        found = matcher.find(item.trip, now_s)
        if isinstance(found, Problem):
            return item.trip.trip_id
        trip = found
    elif item.HasField("trip") and item.trip.route_id and route is None:
        route = matcher.routes.get(item.trip.route_id)
        if route is None:
            return item.trip.route_id
    return Selector(
        stop,
        route,
        trip,
        item.direction_id if item.HasField("direction_id") else None,
        item.route_type if item.HasField("route_type") else None,
    )


def _texts(said: realtime.TranslatedString) -> dict[str, str]:
    return {
        item.language.split("-")[0].lower(): item.text[:_LONGEST_TEXT].strip()
        for item in said.translation
        if item.text.strip()
    }


def _periods(
    said: Iterable[realtime.TimeRange],
) -> Iterable[tuple[int | None, int | None]]:
    for period in said:
        yield (
            int(period.start) if period.HasField("start") and period.start else None,
            int(period.end) if period.HasField("end") and period.end else None,
        )
