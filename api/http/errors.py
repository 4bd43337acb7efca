"""Refusals as HTTP: the only place where an error becomes a status and a problem document.

Rule: an answer names a published problem type and says what to do next, in the client's
language. It never holds a stack trace, and never gives back what the client sent.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api.http.languages import negotiate
from api.http.problems import PROBLEMS, ProblemType
from routing.dispatch.rejections import Rejected
from routing.errors import CommandError, SokchoError, StoreError, TransitionError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2

_BY_STATUS = {
    400: "malformed",
    401: "unauthorised",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "payload-too-large",
    415: "unsupported-media-type",
    503: "store-unavailable",
}


class Problem(SokchoError):  # noqa: N818 (the word of RFC 9457)
    """A refusal of one of the published types.

    Parameters
    ----------
    code
        Code of a published problem type.
    members
        Further members of the document, for example ``alternatives``; nothing personal.
    headers
        Further headers of the answer.
    """

    code = "problem"

    def __init__(
        self,
        code: str,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.type: ProblemType = PROBLEMS[code]
        self.members = dict(members or {})
        self.headers = dict(headers or {})
        if self.type.status == 503:
            self.headers.setdefault("Retry-After", str(RETRY_AFTER_S))
        if self.type.status == 401:
            self.headers.setdefault("WWW-Authenticate", 'Bearer realm="sokcho-transit"')
        super().__init__(self.type.code)


def rejection(rejected: Rejected, members: Mapping[str, Any] | None = None) -> Problem:
    """Return the problem that tells a client of a refusal by the dispatch core."""
    cause = {"cause": rejected.detail} if rejected.detail else {}
    return Problem(rejected.reason.value, {**cause, **(members or {})})


def problem_response(problem: Problem, accept_language: str) -> Response:
    """Return a problem document (RFC 9457) in the language that the client likes best."""
    kind, language = problem.type, negotiate(accept_language)
    document = {
        "type": kind.uri,
        "title": kind.title.in_language(language),
        "status": kind.status,
        "detail": kind.advice.in_language(language),
        "code": kind.code,
        **problem.members,
    }
    headers = {
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        **problem.headers,
    }
    return Response(msgspec.json.encode(document), kind.status, headers, MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Let ``app`` answer every error with a problem document."""
    app.add_exception_handler(SokchoError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unknown)


async def _on_error(request: Request, error: Exception) -> Response:
    return _answer(request, as_problem(error))


def as_problem(error: Exception) -> Problem:
    """Return the problem that tells a client of ``error``."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, StoreError):
        logger.warning("store: %s", error.code)
        return Problem("store-unavailable")
    if isinstance(error, TransitionError):
        return Problem("wrong-state")
    if isinstance(error, CommandError):
        return Problem("malformed")
    logger.error("unexpected %s", type(error).__name__, exc_info=_without_values(error))
    return Problem("internal")


def _without_values(error: Exception) -> Exception:
    """A stand-in that keeps where an error arose and drops its message, which may hold data."""
    stand_in: type[Exception] = type(type(error).__name__, (Exception,), {})
    return stand_in().with_traceback(error.__traceback__)


async def _on_unknown(request: Request, error: Exception) -> Response:
    return _answer(request, as_problem(error))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed_methods(request))
    return _answer(request, Problem(_BY_STATUS.get(error.status_code, "internal"), None, headers))


def _allowed_methods(request: Request) -> list[str]:
    """Of the routes of this very path; of those with an id in it only where there is none."""
    routes = [r for r in request.app.state.routes if r.matches(request.scope)[0] is not Match.NONE]
    named = [r for r in routes if getattr(r, "path", "") == request.url.path]
    methods = (getattr(route, "methods", None) or set() for route in named or routes)
    return sorted(set[str]().union(*methods))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if _has_wrong_media_type(request):
        return _answer(request, Problem("unsupported-media-type"))
    errors = error.errors()
    if any(_is_missing_key(each) for each in errors):
        return _answer(request, Problem("missing-idempotency-key"))
    return _answer(request, Problem("malformed", {"errors": list(_named(errors))}))


def _is_missing_key(error: Mapping[str, Any]) -> bool:
    is_key = tuple(error["loc"]) == ("header", "Idempotency-Key")
    return is_key and error["type"] in ("missing", "string_too_short")


def _has_wrong_media_type(request: Request) -> bool:
    if request.headers.get("content-length", "0") == "0":
        return False
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return not (media_type == "application/json" or media_type.endswith("+json"))


def _named(errors: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, str]]:
    """Each error as where and what; pydantic's copy of the input stays behind."""
    for error in errors:
        where = [str(part) for part in error["loc"]]
        # A key that nobody asked for is the client's own text.
        if error["type"] == "extra_forbidden":
            where[-1] = "*"
        yield {"field": ".".join(where), "message": str(error["msg"])}


def _answer(request: Request, problem: Problem) -> Response:
    service = getattr(request.app.state, "service", None)
    if service is not None:
        service.metrics.refused(problem.type.code)
    return problem_response(problem, request.headers.get("accept-language", ""))
