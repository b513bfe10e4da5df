"""Sends a request, and again to where the response leads on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from scorebox.http._errors import HttpError, TooManyRedirects, about, check_text
from scorebox.http._messages import Request, Response
from scorebox.http._url import Url

_OF_THE_BODY: Final = {"content-type", "content-length", "content-encoding", "content-language", "content-location"}
_OF_THE_PLACE: Final = {"authorization", "cookie", "proxy-authorization"}


def send_with(send: Callable[[Request, Url], Response], request: Request) -> Response:
    """Sends a request with a function that sends one, and follows redirects as far as the request allows."""
    url = Url.parse(request.url)
    for name, value in request.headers:
        check_text(name, "the name of a header")
        check_text(value, "the value of a header")
    redirects = 0
    while True:
        named = f"{request.method} {url.without_query}"
        try:
            response = send(request, url)
            location = _location(response) if request.follow_redirects > 0 else None
            if location is None:
                return response
            if redirects == request.follow_redirects:
                raise TooManyRedirects(f"gave up after {redirects}, the last of which leads to `{location}`")
            target = url.join(location)
        except HttpError as error:
            raise about(error, named) from None
        redirects += 1
        request = _redirected(request, response.status, url, target)
        url = target


def _location(response: Response) -> str | None:
    return response.header("location") if response.status in (301, 302, 303, 307, 308) else None


def _redirected(request: Request, status: int, source: Url, target: Url) -> Request:
    left_out: set[str] = set()
    redirected = replace(request, url=str(target))
    if status in (301, 302, 303):
        redirected.method = "HEAD" if request.method == "HEAD" else "GET"
        redirected.body = b""
        left_out |= _OF_THE_BODY
    if not source.is_same_origin(target):
        left_out |= _OF_THE_PLACE
    redirected.headers = [(name, value) for name, value in request.headers if name.lower() not in left_out]
    return redirected
