"""Why there is no response."""

from __future__ import annotations

from typing import Final, TypeVar

from scorebox._json import checked_text
from scorebox.errors import Failed

E = TypeVar("E", bound="HttpError")


class HttpError(Failed):
    """Why there is no response, or none of the wanted form. The texts name the request."""

    kind = "failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"http: {self.kind}: {reason}")
        self.reason: Final = reason


class Denied(HttpError):
    """The operator did not grant this. The host says on the row which rule, and how to grant it."""

    kind = "denied"


class InvalidRequest(HttpError):
    """The request itself is wrong: a URL that is none, a header that cannot be sent."""

    kind = "invalid request"


class Unavailable(HttpError):
    """The peer could not be reached, or broke the protocol."""

    kind = "unavailable"


class Timeout(HttpError):
    """The deadline passed."""

    kind = "timeout"


class BodyTooLarge(HttpError):
    """The response's body is larger than the host or the request allows."""

    kind = "body too large"


class TooManyRedirects(HttpError):
    """The response leads on to another place more often than the request follows."""

    kind = "too many redirects"


class InvalidReply(HttpError):
    """The response's body is not what it was read as."""

    kind = "invalid reply"


def check_text(text: str, what: str) -> None:
    """Refuses a request with a text that is no Unicode text. `what` names it in the error."""
    try:
        checked_text(text, what)
    except Failed as error:
        raise InvalidRequest(str(error)) from None


def about(error: E, request: str) -> E:
    """The error with what it is about before its text."""
    return type(error)(f"{request}: {error.reason}")
