"""What a function's parameter `config` gets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

import pytest

from scorebox import InvalidConfig, scorer
from scorebox._config import Config
from scorebox._schema import value_of


@dataclass(frozen=True)
class D:
    a: int


class Named(TypedDict):
    name: str


def test_what_a_call_changes_in_its_config_does_not_reach_the_next() -> None:
    config = Config({"type": "object"}, None)
    text = '{"words":["a"],"weights":{"a":{"b":1}},"n":1}'
    first = config.read(text)
    first["words"].append("b")
    first["weights"]["a"]["b"] = 2
    first["n"] = 2
    assert config.read(text) == json.loads(text)


def test_a_flat_config_is_a_dict_of_its_own_too() -> None:
    config = Config({"type": "object"}, None)
    config.read('{"n":1}')["n"] = 2
    assert config.read('{"n":1}') == {"n": 1}


def test_defaults_are_shared_neither_by_calls_nor_by_configs_nor_with_the_schema() -> None:
    schema = {"type": "object", "properties": {"words": {"type": "array", "default": [["a"]]}}}
    config = Config(schema, None)
    for text in ("{}", "{}", '{"other":1}', "{}"):
        words = config.read(text)["words"]
        assert words == [["a"]]
        words[0].append("b")
        words.append("c")
    assert config.schema["properties"]["words"]["default"] == [["a"]]


def test_the_defaults_of_a_dataclass_are_not_shared_by_its_instances() -> None:
    @dataclass
    class Loose:
        known: dict[str, Any] = field(default_factory=dict)
        lists: dict = field(default_factory=lambda: {"a": []})  # type: ignore[type-arg]

    def s(config: Any) -> bool:
        return True

    config = scorer(config_schema=Loose)(s).config
    config.read("{}").lists["a"].append(1)
    assert config.read('{"known":{}}').lists == {"a": []}
    assert config.schema["properties"]["lists"]["default"] == {"a": []}


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Literal["auto"] | D, {"a": 1}, D(1)),
        (Literal["auto"] | D, "auto", "auto"),
        (list[str] | D, {"a": 1}, D(1)),
        (tuple[int, ...] | D, {"a": 1}, D(1)),
        (tuple[int, ...] | D, [1, 2], (1, 2)),
        (dict[str, D] | list[D], [{"a": 1}], [D(1)]),
        (dict[str, D] | D, {"a": 1}, D(1)),
        (dict | D, {"a": 1}, {"a": 1}),
        (Named | list[D], [{"a": 1}], [D(1)]),
        (Literal[1] | bool, True, True),
        (Literal["a", None] | int, None, None),
        (list, [1, "a", None], [1, "a", None]),
        (dict[str, Any], {"a": [1]}, {"a": [1]}),
    ],
)
def test_a_value_is_of_the_first_type_that_fits(annotation: object, value: object, expected: object) -> None:
    found = value_of(annotation, value, "config.x")
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (Literal["a", "b"], "c", "config.x: 'c' is none of 'a', 'b'"),
        (Literal[1], True, "config.x: True is none of 1"),
        (list[str], "a", "config.x: expected an array, found 'a'"),
        (list, {"a": 1}, "config.x: expected an array"),
        (tuple[str, ...], None, "config.x: expected an array, found None"),
        (dict[str, int], [1], "config.x: expected an object, found \\[1\\]"),
        (dict, 1, "config.x: expected an object, found 1"),
        (Named, "a", "config.x: expected an object, found 'a'"),
        (list[Literal["a"]], ["a", "b"], "config.x\\[1\\]: 'b' is none of 'a'"),
        (Literal["a"] | list[str], 1, "config.x: 1 is of none of the types"),
    ],
)
def test_a_value_that_does_not_fit_is_an_invalid_config(annotation: object, value: object, message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        value_of(annotation, value, "config.x")
