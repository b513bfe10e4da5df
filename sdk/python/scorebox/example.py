"""What a scorer sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeVar

from scorebox._json import number_as_written, received_json, write_json
from scorebox.errors import Failed, MissingField, Unsupported
from scorebox.trace import Trace, trace_of

Default = TypeVar("Default")

FIELDS: Final = ("inputs", "outputs", "expectations", "trace", "tags")
"""The fields of an example beside its id, in the contract's order."""


class RawExample(Protocol):
    """An example as the host sends it: its fields are JSON texts."""

    id: str
    inputs: str | None
    outputs: str | None
    expectations: str | None
    trace: str | None
    tags: list[tuple[str, str]]


def _text_of(value: object, path: str) -> str | None:
    """The value as a text, or `None` for a number, whose text only the JSON text knows."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise MissingField(path)
    if isinstance(value, (int, float)):
        return None
    kind = "an array" if isinstance(value, list) else "an object"
    raise Unsupported(f"{path}: expected a text, found {kind}")


class Object(dict[str, Any]):
    """The inputs or the expectations of an example: a dict whose missing keys are missing fields.

    `expectations["expected_response"]` raises `MissingField`, which is a `KeyError` too, and names the whole path.
    """

    __slots__ = ("_name", "_raw")
    _name: str
    _raw: str

    def __missing__(self, key: str) -> Any:
        raise MissingField(f"{self._name}.{key}")

    def text(self, key: str) -> str:
        """The value of a key as a text: the content of a string; a number or a boolean as it is written.

        A list or a dict is `Unsupported`; a key that is missing or `null` is `MissingField`.
        """
        text = _text_of(self.get(key), f"{self._name}.{key}")
        return number_as_written(self._raw, key) if text is None else text


def object_of(name: str, raw: str) -> Any:
    """The inputs or expectations in a JSON text. What is no object stays as it is."""
    value = received_json(raw)
    if type(value) is not dict:
        return value
    fields = Object(value)
    fields._name = name
    fields._raw = raw
    return fields


class Example:
    """One row of a dataset, with the fields that the scorer asked for."""

    __slots__ = ("_parsed", "_raw", "_sent", "id")

    def __init__(self, raw: RawExample, sent: Iterable[str]) -> None:
        self.id = raw.id
        """The row's name within its dataset."""
        self._raw = raw
        self._sent = sent
        self._parsed: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<Example {self.id!r}>"

    def __contains__(self, field: str) -> bool:
        """Whether the example has a field, `null` included."""
        return bool(self._raw.tags) if field == "tags" else getattr(self._raw, field) is not None

    @property
    def inputs(self) -> Any:
        """What the application was asked: a dict whose keys are the predict function's parameters."""
        return self._field("inputs")

    @property
    def outputs(self) -> Any:
        """What the application answered: any JSON value."""
        return self._field("outputs")

    @property
    def expectations(self) -> Any:
        """What the answer should be: a dict."""
        return self._field("expectations")

    @property
    def trace(self) -> Trace:
        """How the answer came about."""
        trace: Trace = self._field("trace")
        return trace

    @property
    def tags(self) -> dict[str, str]:
        """The row's labels, sorted by key."""
        return dict(self._raw.tags)

    def get(self, field: str, default: Default | None = None) -> Any | Default | None:
        """A field, or the default where the example lacks it."""
        return getattr(self, field) if field in self else default

    def outputs_text(self) -> str:
        """The outputs as a text; see `Object.text`."""
        text = _text_of(self.outputs, "outputs")
        return str(self._raw.outputs).strip() if text is None else text

    def input_text(self, key: str) -> str:
        """One input as a text; see `Object.text`."""
        return self._text("inputs", key)

    def expectation_text(self, key: str) -> str:
        """One expectation as a text; see `Object.text`."""
        return self._text("expectations", key)

    def _text(self, field: str, key: str) -> str:
        fields = self._field(field, f"{field}.{key}")
        if isinstance(fields, Object):
            return fields.text(key)
        raise MissingField(f"{field}.{key}")

    def _field(self, field: str, path: str | None = None) -> Any:
        if field in self._parsed:
            return self._parsed[field]
        raw = getattr(self._raw, field)
        if raw is None:
            if field in self._sent:
                raise MissingField(path or field)
            raise Failed(f"the scorer did not ask for `{field}`: add it to @scorer(requires=[…]) or uses=[…]")
        value = self._parsed[field] = READERS[field](raw)
        return value


def _inputs(raw: str) -> Any:
    return object_of("inputs", raw)


def _expectations(raw: str) -> Any:
    return object_of("expectations", raw)


def as_sent(field: str, value: object) -> object:
    """A plain value of a test, made what a scorer gets: dicts know how to read their keys as texts."""
    if field in ("inputs", "expectations") and type(value) is dict:
        return object_of(field, write_json(value, field))
    return Trace(value) if field == "trace" and type(value) is dict else value


READERS: Final = {"inputs": _inputs, "outputs": received_json, "expectations": _expectations, "trace": trace_of}
"""What makes a Python value of a field's JSON text."""
