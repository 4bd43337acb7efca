"""What goes over the wire: requests are validated, answers are plain values.

Rule: times are RFC 3339 with an offset, places are ``[lon, lat]``, every text is bounded, and an
unknown key is refused. Requests are pydantic models; answers are frozen dataclasses, which
msgspec writes in microseconds and from which FastAPI documents the same shape.
"""
