"""`sokcho replay`: what happened on a service day, told again from its log."""

import argparse
from collections import Counter
from typing import TYPE_CHECKING, Any

from api.cli.command import Command
from api.cli.logs import DayLog, add_log_arguments, read_logs, settings_of

if TYPE_CHECKING:
    from routing.dispatch.state import DayState


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_log_arguments(parser)
    parser.add_argument("--until", type=int, metavar="VERSION", help="stop after this version")
    parser.add_argument("--booking", metavar="ID", help="tell the story of one booking only")
    parser.add_argument("--quiet", action="store_true", help="only how the day stands at the end")


def _run(arguments: argparse.Namespace) -> int:
    from api.served import served_area

    area_id = "" if arguments.log else served_area(settings_of(arguments)).area_id
    for log in read_logs(arguments, area_id):
        if not arguments.quiet:
            _tell(log, arguments.until, arguments.booking)
        print(f"{log.name}: {_standing(log.fold(arguments.until))}")
    return 0


def _tell(log: DayLog, until: int | None, booking_id: str | None) -> None:
    for logged in log.commits:
        if until is not None and logged.version > until:
            return
        for event in logged.events:
            subject = _subject(event)
            if booking_id in (None, subject):
                clock = _clock(event.time)
                print(f"{log.name} v{logged.version:<6}{clock}  {type(event).__name__} {subject}")


def _subject(event: Any) -> str:
    """Return the booking or vehicle that an event is about."""
    if hasattr(event, "plan"):
        return str(event.plan.vehicle.vehicle_id)
    return str(getattr(event, "booking_id", None) or getattr(event, "vehicle_id", ""))


def _clock(service_s: int) -> str:
    """Return service seconds as hours, minutes and seconds; days ahead are negative."""
    hours, rest = divmod(abs(service_s), 3600)
    sign = "-" if service_s < 0 else " "
    return f"{sign}{hours:02}:{rest // 60:02}:{rest % 60:02}"


def _standing(state: "DayState") -> str:
    counts = Counter(booking.state.value for booking in state.bookings.values())
    bookings = ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "no bookings"
    return f"version {state.version}, {_clock(state.now).strip()}, {bookings}"


COMMAND = Command(
    name="replay",
    summary="Tell a service day again from its log",
    description=(
        "Folds the events of the store, or of an exported file, from the first one on; one line\n"
        "for each event. Times are service seconds as a clock; 25:00:00 is 1 a.m. of the next day."
    ),
    examples=(
        "sokcho replay --date 2026-11-23",
        "sokcho replay --log logs/2026-11-23.jsonl --until 40 --quiet",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
