"""Events, snapshots and answers as bytes, and back, exactly.

Rule: what was written once can be read for ever. An event is ``{"type": ..., "v": ..., fields}``;
`_VERSIONS` names every type and version that any log may hold. A field that gains a default
needs no new version; any other change of shape does, and the old reader stays.

A snapshot is only a shortcut to the fold of a log: one that was made by other folding code is
not used (`fold_fingerprint`), and the day is folded anew.
"""

import functools
import hashlib
import inspect
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from immutables import Map

from api.store.records import Commit, Contact, StoredAnswer
from routing import policy
from routing.dispatch import events, lifecycle, state, values
from routing.dispatch.state import DayState
from routing.drt import model
from routing.errors import StoreError

#: Every module whose code decides what a log folds to.
FOLDING_MODULES: tuple[ModuleType, ...] = (events, lifecycle, state, values, model, policy)

EVENT_TYPES: tuple[type, ...] = get_args(events.Event)

#: Version that each event type is written in.
_CURRENT: dict[str, int] = {kind.__name__: 1 for kind in EVENT_TYPES}

#: Reader of each type and version that was ever written.
_VERSIONS: dict[tuple[str, int], msgspec.json.Decoder[Any]] = {
    (kind.__name__, 1): msgspec.json.Decoder(kind) for kind in EVENT_TYPES
}

_HEADS: dict[type, bytes] = {
    kind: b'{"type":"%s","v":%d,' % (kind.__name__.encode(), _CURRENT[kind.__name__])
    for kind in EVENT_TYPES
}


class _Head(msgspec.Struct):
    type: str
    v: int


_encoder = msgspec.json.Encoder()
_head = msgspec.json.Decoder(_Head)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_contact = msgspec.json.Decoder(Contact)
_answer = msgspec.msgpack.Decoder(StoredAnswer)


def encode_events(commit: Iterable[events.Event]) -> bytes:
    """JSON array of the events of one commit."""
    return b"[%s]" % b",".join(
        [_HEADS[type(event)] + _encoder.encode(event)[1:] for event in commit]
    )


def decode_events(data: bytes, source: str) -> Commit:
    """Events of one commit; the inverse of `encode_events`.

    Parameters
    ----------
    data
        What `encode_events` wrote, now or in the past.
    source
        Which entry of which log this is, for the error.

    Returns
    -------
    Commit
        The events, in order.

    Raises
    ------
    StoreError
        If it is no list of events, or one has a type or version that no log holds.
    """
    try:
        return tuple(_decode_event(raw) for raw in _list.decode(data))
    except (msgspec.MsgspecError, StoreError) as error:
        raise StoreError(f"{source}: {error}") from error


def _decode_event(raw: msgspec.Raw) -> events.Event:
    head = _head.decode(raw)
    try:
        reader = _VERSIONS[head.type, head.v]
    except KeyError:
        raise StoreError(
            f"event type {head.type} version {head.v} is unknown; "
            "a newer release may have written it, run that one"
        ) from None
    event: events.Event = reader.decode(raw)
    return event


@functools.cache
def fold_fingerprint() -> str:
    """16 hex digits that change whenever a log might fold to another state."""
    digest = hashlib.sha256()
    for module in FOLDING_MODULES:
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()[:16]


def _is_map(hint: Any) -> bool:
    return get_origin(hint) is Map


def _default(item: Field[Any], hint: Any) -> Any:
    if _is_map(hint):
        return msgspec.field(default_factory=list)
    return msgspec.field(default=item.default) if item.default is not MISSING else msgspec.NODEFAULT


def _snapshot_type() -> type[msgspec.Struct]:
    """Struct of a state's fields, with its maps as lists of pairs."""
    hints = get_type_hints(DayState)
    shape: list[Any] = [("fold", str)]
    for item in fields(DayState):
        hint = hints[item.name]
        # built at run time from the state's own annotations
        kind = list[tuple[get_args(hint)]] if _is_map(hint) else hint  # type: ignore[misc]
        # a state from before the field was there had the field's default
        shape.append((item.name, kind, _default(item, hint)))
    return msgspec.defstruct("Snapshot", shape, kw_only=True)


_MAPS = {name for name, hint in get_type_hints(DayState).items() if _is_map(hint)}
_Snapshot = _snapshot_type()
_snapshot: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Snapshot)


def encode_snapshot(day: DayState) -> bytes:
    """JSON of a whole state."""
    parts = {item.name: getattr(day, item.name) for item in fields(DayState)}
    lists = {name: list(parts[name].items()) for name in _MAPS}
    return _encoder.encode(_Snapshot(fold=fold_fingerprint(), **parts | lists))


def find_snapshot(data: bytes) -> DayState | None:
    """State of a snapshot, or None if other folding code made it."""
    try:
        if msgspec.json.decode(data, type=dict[str, msgspec.Raw])["fold"] != _fold_json():
            return None
        parts = msgspec.structs.asdict(_snapshot.decode(data))
    except (msgspec.MsgspecError, KeyError):
        return None
    del parts["fold"]
    return DayState(**parts | {name: Map(parts[name]) for name in _MAPS})


def _fold_json() -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(fold_fingerprint()))


def encode_answer(stored: StoredAnswer) -> bytes:
    """Bytes of an answer on record."""
    return msgspec.msgpack.encode(stored)


def decode_answer(data: bytes) -> StoredAnswer:
    """Answer on record; the inverse of `encode_answer`.

    Raises
    ------
    StoreError
        If the record cannot be read.
    """
    try:
        return _answer.decode(data)
    except msgspec.MsgspecError as error:
        raise StoreError(f"an answer on record cannot be read: {error}") from error


def encode_contact(contact: Contact) -> bytes:
    """Bytes of a contact, for the vault."""
    return _encoder.encode(contact)


def decode_contact(data: bytes) -> Contact:
    """Contact from the vault; the inverse of `encode_contact`.

    Raises
    ------
    StoreError
        If the record cannot be read; the message holds nothing of it.
    """
    try:
        return _contact.decode(data)
    except msgspec.MsgspecError:
        raise StoreError("a contact in the vault cannot be read") from None
