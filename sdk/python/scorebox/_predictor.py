"""Predict functions: plain functions, and what the host has to know about them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, ParamSpec, TypeVar, overload

from scorebox._config import config_of
from scorebox._json import write_json
from scorebox._signature import Signature, checked_name, summary_of
from scorebox.example import as_sent, object_of

P = ParamSpec("P")
R = TypeVar("R")


class Predictor(Generic[P, R]):
    """A predict function: calling it calls the function, as tests do. Made by `@predictor`."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None,
        summary: str | None,
        config_schema: Mapping[str, Any] | type | None,
    ) -> None:
        signature = Signature(function, ("inputs", "config"))
        self.function: Final = function
        self.name: Final = checked_name(name or function.__name__)
        self.summary: Final = summary or summary_of(function)
        self._takes_inputs = "inputs" in signature.has_default
        self._takes_config = "config" in signature.has_default
        self.config: Final = config_of(config_schema, signature.annotation("config"), self._takes_config)
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if "inputs" in kwargs:
            kwargs["inputs"] = as_sent("inputs", kwargs["inputs"])
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Predictor {self.name}>"

    def predict(self, config: str, inputs: str) -> str:
        """The outputs, as JSON text, for inputs and a config as the host sends them."""
        arguments: dict[str, Any] = {}
        if self._takes_inputs:
            arguments["inputs"] = object_of("inputs", inputs)
        if self._takes_config:
            arguments["config"] = self.config.read(config)
        return write_json(self.function(**arguments), "the output")  # type: ignore[call-arg]


@overload
def predictor(function: Callable[P, R], /) -> Predictor[P, R]: ...


@overload
def predictor(
    *,
    name: str | None = None,
    summary: str | None = None,
    config_schema: Mapping[str, Any] | type | None = None,
) -> Callable[[Callable[P, R]], Predictor[P, R]]: ...


def predictor(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    summary: str | None = None,
    config_schema: Mapping[str, Any] | type | None = None,
) -> Predictor[P, R] | Callable[[Callable[P, R]], Predictor[P, R]]:
    """Makes a predict function of a function.

    The function takes `inputs`, a dict, and, where it has settings, `config`. It returns anything that has a JSON form.
    `name`, `summary` and `config_schema` are those of `@scorer`.
    """

    def make(function: Callable[P, R]) -> Predictor[P, R]:
        return Predictor(function, name=name, summary=summary, config_schema=config_schema)

    return make if function is None else make(function)
