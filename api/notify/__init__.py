"""Telling riders what became of their rides when no page of theirs is open."""
