"""Answers as they are written, and as the OpenAPI document describes them."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from fastapi import Request
from starlette.responses import JSONResponse, Response

from api.http.assets import etag_of, matches
from api.http.problems import PROBLEMS
from api.schemas.common import ProblemDocument

T = TypeVar("T")

encode = msgspec.json.encode


class GeoJSON(JSONResponse):
    """A map (RFC 7946)."""

    media_type = "application/geo+json"


class SVG(Response):
    """A picture (W3C SVG)."""

    media_type = "image/svg+xml"


def answer(view: Any, cache_control: str = "no-store") -> Response:
    """Return a view as JSON."""
    return Response(encode(view), 200, {"Cache-Control": cache_control}, "application/json")


def versioned(request: Request, view: Any) -> Response:
    """Return a view as JSON with its ETag; 304 where the client has just that."""
    body = encode(view)
    headers = {"ETag": etag_of(body), "Cache-Control": "private, no-cache"}
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None and matches(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, "application/json")


def page(items: Sequence[T], cursor: str, limit: int) -> tuple[tuple[T, ...], str | None]:
    """Return one page of ``items``, and the cursor of the next where there is one."""
    start = int(cursor or 0)
    end = start + limit
    return tuple(items[start:end]), str(end) if end < len(items) else None


def refusals(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Document the problem types that an endpoint answers with, by status.

    Every endpoint may also answer with those of ``ALWAYS``.
    """
    by_status: dict[int | str, list[str]] = {}
    for code in (*codes, *ALWAYS):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return {
        status: {
            "description": "; ".join(f"`{c}`: {PROBLEMS[c].title.en}" for c in sorted(set(found))),
            "content": {"application/problem+json": {"schema": _PROBLEM_SCHEMA}},
        }
        for status, found in sorted(by_status.items(), key=lambda item: str(item[0]))
    }


_PROBLEM_SCHEMA = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}

#: Problem types that any request can meet.
ALWAYS = ("malformed", "internal", "timed-out")
#: Those of requests that need a token, that change something, and that find a shuttle.
WITH_TOKEN = ("unauthorised", "forbidden")
WITH_KEY = (
    "missing-idempotency-key",
    "idempotency-key-in-flight",
    "idempotency-key-mismatch",
    "store-unavailable",
    "clock-went-back",
    "payload-too-large",
    "unsupported-media-type",
)
ON_A_TRIP = (
    "no-room",
    "out-of-area",
    "out-of-hours",
    "in-the-past",
    "too-late",
    "too-far-ahead",
    "party-too-large",
    "party-mismatch",
    "no-stop-in-reach",
    "walk-instead",
    "unknown-stop",
    "suspended",
    "day-not-open",
    "store-unavailable",
)


def links(status: int, parameter: str, where: str, *operations: str) -> dict[int | str, Any]:
    """Document that an answer names what other operations are about.

    Parameters
    ----------
    status
        Status of the answer.
    parameter
        Path parameter of those operations.
    where
        JSON pointer into the answer's body.
    *operations
        Their operation ids.
    """
    value = {parameter: f"$response.body#{where}"}
    named = {name: {"operationId": name, "parameters": value} for name in operations}
    return {status: {"links": named}}


def event_stream() -> dict[int | str, dict[str, Any]]:
    """Document an answer that is a stream of server-sent events."""
    return {
        200: {
            "description": "Server-sent events.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    }
