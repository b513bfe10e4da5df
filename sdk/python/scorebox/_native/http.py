"""Asks the function that a test has set."""

from __future__ import annotations

from scorebox import http
from scorebox._native import state
from scorebox.http._url import Url


def send(request: http.Request, url: Url) -> http.Response:
    """Sends one request."""
    peer = state.peer.get()
    if peer is None:
        raise http.Denied("there is no host outside the sandbox; tests set `scorebox.testing.answer_http`")
    response: http.Response = peer(request)
    if len(response.body) > request.max_body_bytes:
        raise http.BodyTooLarge(f"more than {request.max_body_bytes} bytes")
    return response
