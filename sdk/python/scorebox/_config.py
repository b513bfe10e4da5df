"""A function's config: its schema, and its value for a config text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from scorebox._json import read_json
from scorebox._schema import is_config_type, schema_of, value_of
from scorebox.errors import InvalidConfig

_NO_CONFIG: Final = {"type": "object", "additionalProperties": False}
_ANY_CONFIG: Final = {"type": "object"}


class Config:
    """What a function's parameter `config` gets.

    A config is read once for all rows that are scored with it. Each call gets a dict of its own; a dataclass is shared
    by the calls, and therefore best frozen.
    """

    __slots__ = ("_defaults", "_known", "_make", "schema")

    def __init__(self, schema: dict[str, Any], make: Callable[[dict[str, Any]], Any] | None) -> None:
        self.schema: Final = schema
        self._make = make
        properties = schema.get("properties", {})
        self._defaults = {
            key: property["default"]
            for key, property in properties.items()
            if isinstance(property, Mapping) and "default" in property
        }
        self._known: tuple[str, Any, Callable[[Any], Any]] | None = None

    def read(self, text: str) -> Any:
        """The config in a JSON text, with the schema's defaults for what it leaves out."""
        known = self._known
        if known is None or known[0] != text:
            config = self._parse(text)
            known = self._known = (text, config, _copy_of(config))
        return known[2](known[1])

    def _parse(self, text: str) -> Any:
        try:
            config = read_json(text)
        except ValueError as error:
            raise InvalidConfig(f"the config is no JSON: {error}") from None
        if not isinstance(config, dict):
            raise InvalidConfig("the config is no JSON object")
        config = {**deepcopy(self._defaults), **config}
        return config if self._make is None else self._make(config)


def _copy_of(config: Any) -> Callable[[Any], Any]:
    """How a config is made ready for one more call. Most are flat, which a shallow copy does, many times faster."""
    if type(config) is not dict:
        return _itself
    if any(isinstance(value, (dict, list)) for value in config.values()):
        return deepcopy
    return dict


def _itself(config: Any) -> Any:
    return config


def config_of(schema: Mapping[str, Any] | type | None, annotation: object, takes_config: bool) -> Config:
    """The config of a function: of `config_schema`, or else of the annotation of its parameter `config`."""
    if isinstance(schema, Mapping):
        return Config(dict(schema), None)
    config_type = annotation if schema is None else schema
    if not is_config_type(config_type):
        if schema is not None:
            raise TypeError(f"config_schema is a dict, a dataclass or a TypedDict, not {schema!r}")
        return Config(dict(_ANY_CONFIG if takes_config else _NO_CONFIG), None)

    def make(config: dict[str, Any]) -> Any:
        return value_of(config_type, config, "config")

    return Config(schema_of(config_type), make)
