"""The cookies of pages, and how a form shows that this site sent it to this browser."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.dependencies import settings_of
from roads.domain.accounts import DEVICE_KNOWN, NotOurForm
from roads.usecases.accounts_secrets import is_form_token, new_secret

SESSION = "session"
FORM = "form"
"""Before somebody has signed in their forms are bound to this one."""
FORM_LIFE = timedelta(hours=12)


def cookie_name(request: Request, name: str) -> str:
    """On https a name that browsers accept from this very host only, over TLS, for all of it."""
    return f"__Host-{name}" if _is_https(request) else name


def cookie_of(request: Request, name: str) -> str | None:
    """What the browser shows under this name."""
    return request.cookies.get(cookie_name(request, name)) or None


def set_cookie(request: Request, response: Response, name: str, secret: str, life: timedelta = DEVICE_KNOWN) -> None:
    """Give the browser a secret that no script reads and no other site sends along with a form.

    A session's cookie outlives the session, by which its browser is known as the person's own.
    """
    response.set_cookie(
        cookie_name(request, name),
        secret,
        max_age=int(life.total_seconds()),
        path="/",
        secure=_is_https(request),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        cookie_name(request, name), path="/", secure=_is_https(request), httponly=True, samesite="lax"
    )


def form_secret(request: Request) -> tuple[str, bool]:
    """What forms are bound to before somebody has signed in, and whether the browser has it already."""
    held = cookie_of(request, FORM)
    return (held, True) if held else (new_secret(), False)


def demand_own_form(request: Request, form: Mapping[str, str], secret: str | None) -> None:
    """Raise NotOurForm unless the browser says that we sent it, and it carries the token of this browser."""
    if not _comes_from_us(request) or secret is None or not is_form_token(secret, form.get("token", "")):
        raise NotOurForm()


FORM_TOKEN = "X-Form-Token"  # noqa: S105 (the name of a header)


def demand_own_script(request: Request, secret: str | None) -> None:
    """Raise NotOurForm unless a script of ours asks, on a page of this session: no other site sets this header."""
    shown = request.headers.get(FORM_TOKEN, "")
    if not _comes_from_us(request) or secret is None or not is_form_token(secret, shown):
        raise NotOurForm()


def _comes_from_us(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # A browser of before 2023, or one on plain http: it says where the form stood, or the script that only reads.
    ours = {_origin(settings_of(request).base_url), f"{request.url.scheme}://{request.headers.get('host', '')}"}
    origin = request.headers.get("origin")
    if origin is None and request.method == "GET":
        return _origin(request.headers.get("referer", "")) in ours
    return origin in ours


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_https(request: Request) -> bool:
    return settings_of(request).base_url.startswith("https://")
