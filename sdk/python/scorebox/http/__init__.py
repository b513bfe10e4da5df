"""HTTP, sent by the host: it checks requests against the operator's grants, adds secrets, and bounds the bytes.

    reply = http.post("https://app.example/chat", json={"question": question}, timeout=20)
    answer = reply.json()["answer"]

A reply of any status is a `Response`. Bodies are whole: nothing is streamed. A plugin that sends requests says so in
plugin.toml: `imports = ["http"]`. In tests there is no host to send for it: every request is `Denied`, unless
`scorebox.testing.answer_http` plays the peer.
"""

from __future__ import annotations

import sys

from scorebox.http._errors import (
    BodyTooLarge,
    Denied,
    HttpError,
    InvalidReply,
    InvalidRequest,
    Timeout,
    TooManyRedirects,
    Unavailable,
)
from scorebox.http._messages import DEFAULT_MAX_BODY_BYTES, METHODS, Method, Request, Response, request_of

# Below the types, which both sides speak of.
if sys.platform == "wasi":
    from scorebox._guest import http as _host
else:
    from scorebox._native import http as _host

from scorebox.http._redirect import send_with

__all__ = [
    "DEFAULT_MAX_BODY_BYTES",
    "METHODS",
    "BodyTooLarge",
    "Denied",
    "HttpError",
    "InvalidReply",
    "InvalidRequest",
    "Method",
    "Request",
    "Response",
    "Timeout",
    "TooManyRedirects",
    "Unavailable",
    "get",
    "post",
    "put",
    "request",
    "send",
]


def send(request: Request) -> Response:
    """Sends a request and reads the whole response."""
    return send_with(_host.send, request)


def request(
    method: Method,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | str = b"",
    json: object = None,
    timeout: float | None = None,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    follow_redirects: int = 0,
) -> Response:
    """Sends a request and reads the whole response.

    - `headers`: the host sets `Host` and `Content-Length` itself. A secret does not belong here: the operator's grant
      can add headers that no plugin sees.
    - `body`: a text is sent as UTF-8. `json`, in its place, is sent as JSON, with `Content-Type`.
    - `timeout`: seconds to wait for the response, for each redirect anew; `None` leaves it to the operator.
    - `follow_redirects`: how many redirects are followed; without, a redirect is a response like any other.
    """
    return send(request_of(method, url, headers, body, json, timeout, max_body_bytes, follow_redirects))


def get(
    url: str,
    *,
    headers: dict[str, str] | None = None,
    timeout: float | None = None,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    follow_redirects: int = 0,
) -> Response:
    """Sends a `GET` request; see `request`."""
    return send(request_of("GET", url, headers, b"", None, timeout, max_body_bytes, follow_redirects))


def post(
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | str = b"",
    json: object = None,
    timeout: float | None = None,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    follow_redirects: int = 0,
) -> Response:
    """Sends a `POST` request; see `request`."""
    return send(request_of("POST", url, headers, body, json, timeout, max_body_bytes, follow_redirects))


def put(
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | str = b"",
    json: object = None,
    timeout: float | None = None,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    follow_redirects: int = 0,
) -> Response:
    """Sends a `PUT` request; see `request`."""
    return send(request_of("PUT", url, headers, body, json, timeout, max_body_bytes, follow_redirects))
