"""The session cookie of staff, and the proof that a request with it comes from our own pages.

Rule: a cookie is sent by the browser whoever made the page, so what changes something must come
from this origin: by Fetch Metadata, or by `Origin` where a browser has none (OWASP, Cross-Site
Request Forgery Prevention). Whoever sends neither is no browser and has to use a bearer token.
"""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from api.http.errors import Problem

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Kept by a browser while its person is at the identity provider.
STATE_COOKIE = "sokcho-state"


def session_cookie(request: Request) -> str:
    """Name of the cookie; over HTTPS one that no other host or plain page can have set."""
    return "__Host-sokcho" if request.url.scheme == "https" else "sokcho"


def set_session(request: Request, response: Response, token: str, max_age_s: int) -> None:
    """Let the browser keep a session."""
    response.set_cookie(
        session_cookie(request),
        token,
        max_age=max_age_s,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def clear_session(request: Request, response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(
        session_cookie(request),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def check_origin(request: Request, *, browsers_only: bool = True) -> None:
    """Let through what comes from our own pages.

    Parameters
    ----------
    request
        The request.
    browsers_only
        Whether a client that says nothing of where it comes from is refused, too.

    Raises
    ------
    Problem
        ``cross-site`` for anything else that would change something.
    """
    if request.method in _READS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site == "same-origin"
    elif origin is not None:
        is_ours = urlsplit(origin).netloc == request.headers.get("host")
    else:
        is_ours = not browsers_only
    if not is_ours:
        raise Problem("cross-site")
