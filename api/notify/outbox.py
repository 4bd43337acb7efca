"""The outbox: notes that outlive the process, each handed over at least once.

Rule: a note is put together with how far the log has been read, in one script; so a restart
neither forgets nor repeats. A note that was handed over, but whose sender died before saying so,
goes out again under the same id, by which a browser replaces the first.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from api.notify.records import Note
from api.store.script import Script
from api.store.store import Store

#: A note that is being handed over is left alone for so long.
CLAIM_S = 60.0
#: A note is recognised for so long after it was put.
TOLD_S = 9 * 24 * 3600.0
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 600.0
_HAIR_S = 1e-5

_encode = msgspec.json.encode
_decoder = msgspec.json.Decoder(Note)


class Outbox:
    """The outbox of one area.

    Parameters
    ----------
    store
        The area's store.
    """

    def __init__(self, store: Store) -> None:
        self._store, keys = store, store.keys
        self._keys = [keys.notes_due, keys.notes, keys.notes_told, keys.notes_read]
        self._script = Script(Path(__file__).parent / "outbox.lua")

    async def find_version(self, service_date: str) -> int:
        """Version up to which the log of a day has been read for notes."""
        with self._store.reach() as server:
            return int(await server.hget(self._keys[3], service_date) or 0)

    async def put(self, service_date: str, version: int, notes: Sequence[Note], now: float) -> int:
        """Put notes and remember how far the log was read; how many were new."""
        # a hair apart, so that they are handed over in their order
        parts = [
            part
            for at, note in enumerate(notes)
            for part in (note.note_id, _encode(note), now + at * _HAIR_S)
        ]
        args = ["put", service_date, version, now, now + TOLD_S, *parts]
        with self._store.reach() as server:
            return int(await self._script.run(server, self._keys, args))

    async def claim(self, now: float, limit: int = 20) -> list[Note]:
        """Notes that are due; they are this process's to hand over for `CLAIM_S`."""
        args = ["claim", now, now + CLAIM_S, limit]
        with self._store.reach() as server:
            found = await self._script.run(server, self._keys, args)
        return [_decoder.decode(note) for note in found[1::2]]

    async def finish(self, note: Note) -> None:
        """Forget a note: handed over, or not to be told any more."""
        with self._store.reach() as server:
            await self._script.run(server, self._keys, ["done", note.note_id])

    async def postpone(self, note: Note, now: float, wait_s: float = 0.0) -> None:
        """Try again later; each time the pause doubles, and is ``wait_s`` at least."""
        pause = max(wait_s, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**note.attempts))
        later = _encode(replace(note, attempts=note.attempts + 1))
        with self._store.reach() as server:
            await self._script.run(server, self._keys, ["later", note.note_id, later, now + pause])

    async def count(self) -> int:
        """How many notes are on their way."""
        with self._store.reach() as server:
            return int(await server.hlen(self._keys[1]))
