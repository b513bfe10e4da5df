"""URLs, only taken apart; the host is what checks them for real."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from scorebox.http._errors import InvalidRequest, check_text

_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_PARTS: Final = re.compile(r"(?i:(https?)://)([^/?]*)([^?]*)(\?.*)?", re.DOTALL)
_DEFAULT_PORTS: Final = {"https": ":443", "http": ":80"}


@dataclass(frozen=True)
class Url:
    """An absolute URL with `http` or `https`, without a fragment and without credentials."""

    scheme: str
    authority: str
    path: str
    query: str

    @classmethod
    def parse(cls, text: str) -> Url:
        """Takes a URL apart."""
        check_text(text, "the URL")
        if _UNPRINTABLE.search(text):
            raise _invalid(text, "holds white space")
        parts = _PARTS.fullmatch(text.split("#", 1)[0])
        if parts is None:
            raise _invalid(text, "does not begin with https:// or http://")
        scheme, authority, path, query = parts.groups("")
        if not authority:
            raise _invalid(text, "names no host")
        if "@" in authority:
            # Without the text: it holds a password.
            raise InvalidRequest(
                "a URL with a user name or a password in it; the operator's grant can add such a header"
            )
        return cls(scheme.lower(), authority, path or "/", query)

    def __str__(self) -> str:
        return f"{self.without_query}{self.query}"

    @property
    def without_query(self) -> str:
        """The URL as messages show it: the query may hold what is nobody's business."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def path_and_query(self) -> str:
        """The path, and the query with its question mark where there is one."""
        return f"{self.path}{self.query}"

    def join(self, reference: str) -> Url:
        """The URL that a reference, such as a `Location` header, leads to from here."""
        return Url.parse(urljoin(str(self), reference))

    def is_same_origin(self, other: Url) -> bool:
        """Whether two URLs have the same scheme, host and port."""
        return self._origin() == other._origin()

    def _origin(self) -> tuple[str, str]:
        return self.scheme, self.authority.lower().removesuffix(_DEFAULT_PORTS[self.scheme])


def _invalid(text: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"`{text}` {why}; a URL is written like https://app.example:8443/path?key=value")
