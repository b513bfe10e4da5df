"""The JSON Schema (2020-12) of a config type, and values of that type made of JSON."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from typing import Any

from scorebox.errors import InvalidConfig

_PLAIN: dict[object, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}

_LISTS = (list, tuple)


def is_config_type(annotation: object) -> bool:
    """Whether a schema can be made of a type: a dataclass or a TypedDict."""
    return isinstance(annotation, type) and (dataclasses.is_dataclass(annotation) or typing.is_typeddict(annotation))


def schema_of(annotation: object) -> dict[str, Any]:
    """The schema of a type. A text in `Annotated` is the description, a mapping is merged into the schema."""
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return _annotated(arguments[0], arguments[1:])
    if _is_qualifier(origin):
        return schema_of(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema_of(argument) for argument in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if annotation in _LISTS or origin in _LISTS:
        return _list(arguments)
    if annotation is dict or origin is dict:
        return _dictionary(arguments)
    if isinstance(annotation, type):
        if issubclass(annotation, enum.Enum):
            return {"enum": [member.value for member in annotation]}
        if dataclasses.is_dataclass(annotation):
            return _dataclass(annotation)
        if typing.is_typeddict(annotation):
            return _typed_dict(annotation)
    try:
        return dict(_PLAIN[annotation])
    except (KeyError, TypeError):
        raise TypeError(
            f"{annotation!r} has no JSON Schema: use bool, int, float, str, list, dict, Literal, an Enum, "
            "a dataclass or a TypedDict, or give the schema itself with config_schema={…}"
        ) from None


def _is_qualifier(origin: object) -> bool:
    """Whether this is `Required` or `NotRequired`, which Python 3.10 does not have."""
    return origin is not None and origin in (getattr(typing, "Required", ...), getattr(typing, "NotRequired", ...))


def _annotated(annotation: object, notes: tuple[object, ...]) -> dict[str, Any]:
    schema = schema_of(annotation)
    for note in notes:
        if isinstance(note, str):
            schema["description"] = note
        elif isinstance(note, Mapping):
            schema.update(note)
    return schema


def _list(arguments: tuple[object, ...]) -> dict[str, Any]:
    items = [argument for argument in arguments if argument is not ...]
    if len(items) > 1:
        raise TypeError("a tuple in a config holds values of one type: tuple[str, ...]")
    return {"type": "array", "items": schema_of(items[0])} if items else {"type": "array"}


def _dictionary(arguments: tuple[object, ...]) -> dict[str, Any]:
    if not arguments:
        return {"type": "object"}
    if arguments[0] is not str:
        raise TypeError("the keys of a JSON object are texts: use dict[str, …]")
    return {"type": "object", "additionalProperties": schema_of(arguments[1])}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    return schema


def _dataclass(annotation: type) -> dict[str, Any]:
    hints = typing.get_type_hints(annotation, include_extras=True)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for field in dataclasses.fields(annotation):
        if not field.init:
            continue
        schema = properties[field.name] = schema_of(hints[field.name])
        if field.default is not dataclasses.MISSING:
            schema["default"] = _plain(field.default)
        elif field.default_factory is not dataclasses.MISSING:
            schema["default"] = _plain(field.default_factory())
        else:
            required.append(field.name)
    return _object(properties, required)


def _typed_dict(annotation: type) -> dict[str, Any]:
    hints = typing.get_type_hints(annotation, include_extras=True)
    wanted: frozenset[str] = getattr(annotation, "__required_keys__", frozenset())
    return _object({name: schema_of(hint) for name, hint in hints.items()}, [name for name in hints if name in wanted])


def _plain(value: Any) -> Any:
    """A default in its JSON form."""
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def value_of(annotation: object, value: Any, path: str) -> Any:
    """A value of a type, made of JSON that satisfies the type's schema. `path` names the value in errors."""
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated or _is_qualifier(origin):
        return value_of(arguments[0], value, path)
    if origin in (typing.Union, types.UnionType):
        return _first_that_fits(arguments, value, path)
    if origin is typing.Literal:
        return _literal_of(arguments, value, path)
    if annotation in _LISTS or origin in _LISTS:
        if not isinstance(value, list):
            raise InvalidConfig(f"{path}: expected an array, found {value!r}")
        item = arguments[0] if arguments else Any
        items = [value_of(item, element, f"{path}[{index}]") for index, element in enumerate(value)]
        return tuple(items) if tuple in (annotation, origin) else items
    if annotation is dict or origin is dict or typing.is_typeddict(annotation):
        if not isinstance(value, dict):
            raise InvalidConfig(f"{path}: expected an object, found {value!r}")
        if origin is None or not arguments:
            return value
        return {key: value_of(arguments[1], element, f"{path}.{key}") for key, element in value.items()}
    if annotation is float and type(value) is int:
        return float(value)
    if isinstance(annotation, type):
        if issubclass(annotation, enum.Enum):
            return _member_of(annotation, value, path)
        if dataclasses.is_dataclass(annotation):
            return _instance_of(annotation, value, path)
    # `Any` is a class from Python 3.11 on, but none that has instances.
    if isinstance(annotation, type) and annotation is not Any and annotation in _PLAIN and not _fits(annotation, value):
        raise InvalidConfig(f"{path}: expected {annotation.__name__}, found {value!r}")
    return value


def _fits(annotation: type, value: object) -> bool:
    return isinstance(value, annotation) and (annotation not in (int, float) or not isinstance(value, bool))


def _literal_of(arguments: tuple[object, ...], value: Any, path: str) -> Any:
    for argument in arguments:
        # In JSON, `true` is not 1.
        if argument == value and isinstance(argument, bool) == isinstance(value, bool):
            return argument
    raise InvalidConfig(f"{path}: {value!r} is none of {', '.join(map(repr, arguments))}")


def _first_that_fits(arguments: tuple[object, ...], value: Any, path: str) -> Any:
    for argument in arguments:
        try:
            return value_of(argument, value, path)
        except InvalidConfig:
            continue
    raise InvalidConfig(f"{path}: {value!r} is of none of the types that are expected")


def _member_of(annotation: type[enum.Enum], value: Any, path: str) -> enum.Enum:
    try:
        return annotation(value)
    except ValueError:
        known = ", ".join(repr(member.value) for member in annotation)
        raise InvalidConfig(f"{path}: {value!r} is none of {known}") from None


def _instance_of(annotation: type, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise InvalidConfig(f"{path}: expected an object, found {value!r}")
    hints = typing.get_type_hints(annotation, include_extras=True)
    fields = {field.name: field for field in dataclasses.fields(annotation) if field.init}
    for key in value:
        if key not in fields:
            raise InvalidConfig(f"{path}: unknown key `{key}`; there are {', '.join(fields) or 'none'}")
    for name, field in fields.items():
        has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        if name not in value and not has_default:
            raise InvalidConfig(f"{path}: the key `{name}` is missing")
    return annotation(**{key: value_of(hints[key], element, f"{path}.{key}") for key, element in value.items()})
