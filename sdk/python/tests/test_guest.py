"""The inside of a component, natively: the bindings that componentize-py makes are played."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from scorebox import Failed, InvalidConfig, scorer
from scorebox._plugin import Plugin
from scorebox._randomness import reseeding


@dataclass
class Ok:
    value: Any


class Err(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class _Bindings(ModuleType):
    """A module that holds a record of any name, made when it is first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def record(*values: Any) -> Any:
            return SimpleNamespace(type=name, values=values)

        setattr(self, name, record)
        return record


@pytest.fixture
def guest(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module `scorebox._guest.scorers`."""
    modules = {name: _Bindings(name) for name in ("wit_world", "wit_world.exports", "wit_world.imports")}
    for package, name in (("wit_world.exports", "scorers"), ("wit_world.imports", "contract_types")):
        module = modules[f"{package}.{name}"] = _Bindings(name)
        setattr(modules[package], name, module)
    types = modules["componentize_py_types"] = _Bindings("componentize_py_types")
    vars(types).update(Ok=Ok, Err=Err, Result=dict)
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    before = set(sys.modules)
    yield importlib.import_module("scorebox._guest.scorers")
    for name in set(sys.modules) - before:
        del sys.modules[name]


ROW = SimpleNamespace(id="1", inputs=None, outputs='"x"', expectations=None, trace=None, tags=[])


def _exported(guest: ModuleType, function: Any) -> Any:
    module = ModuleType("plugin")
    vars(module)["s"] = scorer(name="s")(function)
    return guest.scorers(Plugin(module))()


def _error_of(exported: Any) -> tuple[str, str]:
    with pytest.raises(Err) as raised:
        exported.score("s", "{}", ROW)
    (text,) = raised.value.value.values
    (in_batch, _) = exported.score_batch("s", "{}", [ROW, ROW])
    assert in_batch.value.values == (text,)
    return raised.value.value.type, text


class Unreadable(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (Failed(ValueError("it broke")), ("PluginError_Failed", "it broke")),
        (InvalidConfig(KeyError("a")), ("PluginError_InvalidConfig", "'a'")),
        (Unreadable(), ("PluginError_Failed", "an error that cannot be read")),
        (Failed("\ud800"), ("PluginError_Failed", "the error holds a lone surrogate, which is no Unicode text")),
    ],
)
def test_every_exception_fails_its_row_alone(guest: ModuleType, error: Exception, sent: tuple[str, str]) -> None:
    def s(outputs: str) -> bool:
        raise error

    assert _error_of(_exported(guest, s)) == sent


def test_an_error_whose_text_was_replaced_fails_its_row_alone(guest: ModuleType) -> None:
    def s(outputs: str) -> bool:
        error = Failed("x")
        error.text = ValueError("no text")  # type: ignore[assignment]
        raise error

    assert _error_of(_exported(guest, s)) == ("PluginError_Failed", "an error that cannot be read")


def test_chance_does_not_depend_on_the_place_in_a_batch(guest: ModuleType) -> None:
    def s(outputs: str) -> float:
        return random.random()

    exported = _exported(guest, s)
    random.seed(7)
    (alone,) = exported.score("s", "{}", ROW)
    results = exported.score_batch("s", "{}", [ROW, ROW, ROW])
    values = [feedback.values[1].values for result in results for feedback in result.value]
    assert values == [alone.values[1].values] * 3


def test_chance_does_not_depend_on_earlier_conversations(guest: ModuleType) -> None:
    def s(turns: list[Any]) -> float:
        return random.random()

    exported = _exported(guest, s)
    first, second = (exported.score_session("s", "{}", [ROW]) for _ in range(2))
    assert first[0].values[1].values == second[0].values[1].values


def test_nothing_is_seeded_where_random_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "random")
    assert reseeding() is None
