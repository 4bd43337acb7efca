"""The functional core of the live service: commands in, events out, state folded from events."""
