"""Requests and responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, get_args

from scorebox._json import checked_text, read_json, write_json
from scorebox.errors import Failed
from scorebox.http._errors import InvalidReply, InvalidRequest

Method: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""What a request asks for."""

METHODS: Final = get_args(Method)

DEFAULT_MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""The largest body that is read where the request does not say otherwise."""


@dataclass
class Request:
    """One HTTP request."""

    method: Method
    """What is asked for."""
    url: str
    """Where, an absolute URL with `http` or `https`."""
    headers: list[tuple[str, str]] = field(default_factory=list)
    """The headers."""
    body: bytes = b""
    """The body; may be empty."""
    timeout: float | None = None
    """Seconds to wait for the response; `None` leaves it to the operator."""
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    """The largest body that is read."""
    follow_redirects: int = 0
    """How many redirects are followed."""

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return _header(self.headers, name)

    def json(self) -> Any:
        """Reads the body as JSON, for tests."""
        return read_json(self.body.decode())


@dataclass
class Response:
    """A response of any status."""

    status: int
    """The status code."""
    body: bytes = b""
    """The whole body."""
    headers: list[tuple[str, str]] = field(default_factory=list)
    """The headers. A value that is no UTF-8 has replacement characters."""

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return _header(self.headers, name)

    def text(self) -> str:
        """The body as a text."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise InvalidReply(f"the body is no UTF-8: {error}") from None

    def json(self) -> Any:
        """Reads the body as JSON."""
        text = self.text()
        try:
            return read_json(text)
        except ValueError as error:
            raise InvalidReply(f"the body, of status {self.status}: {error}") from None


def _header(headers: list[tuple[str, str]], name: str) -> str | None:
    return next((value for known, value in headers if known.lower() == name.lower()), None)


def request_of(
    method: Method,
    url: str,
    headers: Mapping[str, str] | None,
    body: bytes | str,
    json: object,
    timeout: float | None,
    max_body_bytes: int,
    follow_redirects: int,
) -> Request:
    """A request of the arguments of `http.request`; an error if they make none."""
    if method not in METHODS:
        raise InvalidRequest(f"{method} {url}: the method is none of {', '.join(METHODS)}")
    sent = list((headers or {}).items())
    try:
        if json is not None:
            body = write_json(json, "the body").encode()
            if _header(sent, "content-type") is None:
                sent.append(("content-type", "application/json"))
        elif isinstance(body, str):
            body = checked_text(body, "the body").encode()
    except Failed as error:
        raise InvalidRequest(f"{method} {url}: {error}") from None
    return Request(method, url, sent, bytes(body), timeout, max_body_bytes, follow_redirects)
