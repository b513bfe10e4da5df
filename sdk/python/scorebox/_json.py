"""JSON in and out, as the contract has it: exact integers of 64 bits, doubles beside them, and Unicode text only."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from scorebox.errors import Failed

MIN_I64: Final = -(2**63)
MAX_I64: Final = 2**63 - 1
_MAX_U64: Final = 2**64 - 1


class _Missing(enum.Enum):
    MISSING = "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing.MISSING
"""A default for a parameter that tells a field which the example lacks from one that is `null`."""

Missing: TypeAlias = Literal[_Missing.MISSING]
"""The type of `MISSING`, for annotations: `outputs: Any | Missing = MISSING`."""


@dataclass(frozen=True)
class RawJson:
    """A value that is JSON text already. The host checks it."""

    text: str


def raw_json(text: str) -> RawJson:
    """Passes on JSON text as it is, without reading it."""
    return RawJson(text)


def _integer(digits: str) -> int | float:
    # The length comes first: reading an integer of a million digits would take for ever.
    if len(digits) > 20:
        return float(digits)
    value = int(digits)
    return value if MIN_I64 <= value <= _MAX_U64 else float(digits)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


read_json = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse).decode
"""Reads JSON text of any origin."""

_read_with_written_numbers = json.JSONDecoder(parse_int=RawJson, parse_float=RawJson).decode


def received_json(text: str) -> Any:
    """Reads JSON text that the host sent, and has checked before."""
    if text[0] == '"' and text[-1] == '"' and "\\" not in text:
        return text[1:-1]
    return read_json(text)


def number_as_written(text: str, key: str) -> str:
    """The number at a key of an object, as it is written in the object's text."""
    found = _read_with_written_numbers(text)[key]
    assert isinstance(found, RawJson)
    return found.text


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def write_json(value: object, what: str) -> str:
    """The JSON text of a value. `what` names it in errors, such as `the value`."""
    if type(value) is RawJson:
        return checked_text(value.text, what)
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Failed(f"{what} has no JSON form: {error}") from error
    return checked_text(text, what)


def checked_text(text: str, what: str) -> str:
    """The text, if it is Unicode text. `what` names it in the error."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Failed(f"{what} holds a lone surrogate, which is no Unicode text") from None
    return text
