"""Exceptions for broken input and broken promises; expected outcomes are values.

::

    SokchoError
    +-- FeedError            a GTFS feed cannot be used; names file, row and field
    +-- AreaError            an area file cannot be used; names file, row and field
    +-- WorldError           a world or request file cannot be used; names file and field
    +-- InstanceError        an instance of the field cannot be used; names file and row
    +-- TimetableError       timetable arrays contradict each other
    +-- RoadError            a road graph contradicts itself
    +-- PlanError            a plan breaks a hard rule (found by the independent checker)
    +-- TransitionError      an event cannot happen in this state
    +-- CommandError         a command is not of the day, vehicle or booking it names
    +-- StoreError           the log could not be written or read
        +-- StoreUnavailable     nothing was acknowledged; try again later
        +-- VersionConflict      somebody else wrote first

Each carries a stable ``code`` for machines; the message is for people and names no person.
"""

from typing import ClassVar


class SokchoError(Exception):
    """Root of every error of this project."""

    code: ClassVar[str] = "error"


class SourceError(SokchoError):
    """A file cannot be used; the message names the file and, where known, row and field."""

    code: ClassVar[str] = "source_invalid"

    def __init__(
        self, problem: str, file: str = "", row: int | None = None, field: str = ""
    ) -> None:
        self.problem, self.file, self.row, self.field = problem, file, row, field
        where = " ".join(
            part for part in (file, f"row {row}" if row is not None else "", field) if part
        )
        super().__init__(f"{where}: {problem}" if where else problem)


class FeedError(SourceError):
    """A GTFS feed cannot be used."""

    code: ClassVar[str] = "feed_invalid"


class AreaError(SourceError):
    """An area file, or a file that it names, cannot be used."""

    code: ClassVar[str] = "area_invalid"


class WorldError(SourceError):
    """A world to simulate, or a file of requests, cannot be used."""

    code: ClassVar[str] = "world_invalid"


class InstanceError(SourceError):
    """A static instance cannot be used."""

    code: ClassVar[str] = "instance_invalid"


class TimetableError(SokchoError):
    """Timetable arrays contradict each other."""

    code: ClassVar[str] = "timetable_invalid"


class RoadError(SokchoError):
    """A road graph contradicts itself."""

    code: ClassVar[str] = "road_invalid"


class PlanError(SokchoError):
    """A plan breaks a hard rule."""

    code: ClassVar[str] = "plan_invalid"


class TransitionError(SokchoError):
    """An event cannot happen in this state."""

    code: ClassVar[str] = "wrong_state"


class CommandError(SokchoError):
    """A command names a day, vehicle or booking that it cannot mean."""

    code: ClassVar[str] = "command_invalid"


class StoreError(SokchoError):
    """The log could not be written or read."""

    code: ClassVar[str] = "store_error"


class StoreUnavailable(StoreError):  # noqa: N818 (names the situation, as the HTTP answer does)
    """The store does not answer; nothing was acknowledged."""

    code: ClassVar[str] = "store_unavailable"


class VersionConflict(StoreError):  # noqa: N818
    """Another writer committed first."""

    code: ClassVar[str] = "version_conflict"
