"""`sokcho check`: an independent audit of live or stored plans."""

import argparse
from typing import TYPE_CHECKING

from api.cli.command import Command
from api.cli.logs import DayLog, add_log_arguments, read_logs, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from routing.dispatch.values import Closure
    from routing.road.travel import TravelTimes

    TravelUnder = Callable[[Sequence[Closure]], TravelTimes]


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_log_arguments(parser)
    parser.add_argument("--every-version", action="store_true", help="audit each version, slowly")


def _run(arguments: argparse.Namespace) -> int:
    from api.served import served_area

    area = served_area(settings_of(arguments))
    n_found = 0
    for log in read_logs(arguments, area.area_id):
        problems = _problems(log, area.travel_under, every_version=arguments.every_version)
        for problem in problems:
            print(f"{log.name} {problem}")
        state = log.fold()
        print(
            f"{log.name}: version {state.version}, {len(state.bookings)} bookings on"
            f" {len(state.plans)} vehicles, {len(problems) or 'no'} findings"
        )
        n_found += len(problems)
    return int(n_found > 0)


def _problems(log: DayLog, travel_under: "TravelUnder", *, every_version: bool) -> list[str]:
    from routing.dispatch.audit import audit
    from routing.dispatch.conditions import conditions_of
    from routing.dispatch.state import DayState, commit

    problems = []
    state = DayState()
    for logged in log.commits:
        state = commit(state, logged.events)
        if every_version or logged is log.commits[-1]:
            travel = travel_under(conditions_of(state).closures)
            problems += [f"v{state.version} {finding}" for finding in audit(state, travel)]
    if log.stored is not None and log.stored != state:
        problems.append(f"v{state.version} the stored state is not the fold of the log")
    return problems


COMMAND = Command(
    name="check",
    summary="Audit the plans and promises of live or stored days",
    description=(
        "Every hard rule of every plan, by code that shares nothing with the solver; every\n"
        "booking planned where it says; no promise loosened without a breach on record; the\n"
        "stored state is the fold of the log. Exit code 1 when something is found.\n"
        "The service may be running."
    ),
    examples=(
        "sokcho check",
        "sokcho check --demo --every-version",
        "sokcho check --log logs/2026-11-23.jsonl",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
