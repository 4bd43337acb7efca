"""The one writer of an area, and what works beside it: commands in, committed states out."""
