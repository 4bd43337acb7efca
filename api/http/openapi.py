"""The OpenAPI 3.1 document: roles and problem documents added, and a page that shows it."""

from collections.abc import Iterator
from html import escape
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.responses import HTMLResponse, Response

from api.http.auth import Allowed
from api.routers import ROUTERS
from api.schemas.common import ProblemDocument

TITLE = "Sokcho Transit"
DESCRIPTION = """\
Buses and shared shuttles of a city: ask for offers, book, follow, drive, dispatch.

Times are RFC 3339 with an offset; positions are `[lon, lat]`, WGS 84, and travel in bodies, not
in URLs. Whatever changes something wants an `Idempotency-Key`, and answers a repeat with the same
answer. Refusals are problem documents (RFC 9457) of the types listed at `/v1/problems`, in Korean
or English by `Accept-Language`.

시각은 시간대가 붙은 RFC 3339, 위치는 `[경도, 위도]`입니다. 거절은 `/v1/problems`의 유형으로,
`Accept-Language`에 따라 한국어나 영어로 알려 드립니다."""

_METHODS = ("get", "post", "put", "patch", "delete")


def describe(app: FastAPI) -> None:
    """Let ``app`` serve its document, with roles; ``/docs`` shows it as a page."""

    def openapi() -> dict[str, Any]:
        """The document, made at the first call."""
        if not app.openapi_schema:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    async def show(_: Request) -> Response:
        """The document as a page."""
        return HTMLResponse(_page(app.openapi()))

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_route("/docs", show, include_in_schema=False)


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=TITLE,
        version=version("sokcho-transit"),
        description=DESCRIPTION,
        routes=app.routes,
    )
    schemas = document["components"]["schemas"]
    schemas[ProblemDocument.__name__] = TypeAdapter(ProblemDocument).json_schema()
    # FastAPI documents its own 422; ours is a problem document with status 400.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for route in api_routes():
        if route.include_in_schema:
            for method in route.methods or ():
                _complete(document["paths"][route.path][method.lower()], route)
    return document


def api_routes() -> Iterator[APIRoute]:
    """Yield every route of the API."""
    for router in ROUTERS:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    own_422 = operation["responses"].get("422", {})
    if "HTTPValidationError" in str(own_422):
        del operation["responses"]["422"]
    for dependency in _dependencies(route.dependant):
        if isinstance(dependency.call, Allowed):
            operation["x-roles"] = [role.value for role in dependency.call.roles]


def _dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for dependency in dependant.dependencies:
        yield dependency
        yield from _dependencies(dependency)


def _page(document: dict[str, Any]) -> str:
    """The document as plain HTML: no script, nothing from elsewhere."""
    operations = "\n".join(
        _operation(path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    )
    about = escape(document["info"]["description"]).replace("\n\n", "</p><p>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE} API</title>'
        '<meta name="viewport" content="width=device-width"></head><body><main>'
        f'<h1>{TITLE} API</h1><p>{about}</p><p><a href="/openapi.json">openapi.json</a></p>'
        f"{operations}</main></body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    roles = ", ".join(operation.get("x-roles", ["anybody"]))
    parameters = "".join(
        f"<li><code>{escape(p['name'])}</code> ({p['in']}"
        f"{', required' if p.get('required') else ''}) {escape(p.get('description', ''))}</li>"
        for p in operation.get("parameters", ())
    )
    answers = "".join(
        f"<li><code>{status}</code> {escape(answer['description'])}</li>"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p><strong>{escape(operation['summary'])}.</strong> "
        f"{escape(operation.get('description', ''))}</p><p>Roles: {escape(roles)}</p>"
        f"<ul>{parameters}</ul><ul>{answers}</ul></section>"
    )
