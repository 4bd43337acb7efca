"""GTFS-Realtime: messages read, matched with a compiled day, applied to a copy of it."""

from gtfs.realtime.alerts import Alert, Selector
from gtfs.realtime.day import CallState, LiveDay, call_state, list_alerts
from gtfs.realtime.message import Message, parse_message, read_message
from gtfs.realtime.report import Kind, RealtimeReport
from gtfs.realtime.update import Updater
from gtfs.realtime.vehicles import VehicleView

__all__ = [
    "Alert",
    "CallState",
    "Kind",
    "LiveDay",
    "Message",
    "RealtimeReport",
    "Selector",
    "Updater",
    "VehicleView",
    "call_state",
    "list_alerts",
    "parse_message",
    "read_message",
]
