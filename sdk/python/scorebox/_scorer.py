"""Scorers: plain functions, and what the host has to know about them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, Literal, ParamSpec, TypeAlias, TypeVar, get_args, overload

from scorebox._config import config_of
from scorebox._signature import Signature, checked_name, summary_of
from scorebox.errors import MissingField
from scorebox.example import FIELDS, READERS, Example, RawExample, as_sent
from scorebox.feedback import ValueKind

P = ParamSpec("P")
R = TypeVar("R")

Field: TypeAlias = Literal["inputs", "outputs", "expectations", "trace", "tags"]
Aggregation: TypeAlias = Literal["mean", "min", "max", "median", "p90", "variance"]

_PARAMETERS: Final = (*FIELDS, "config", "example", "turns")
_AGGREGATIONS: Final = get_args(Aggregation)
_KINDS: Final = get_args(ValueKind)


class Scorer(Generic[P, R]):
    """A scorer: calling it calls the function, as tests do. Made by `@scorer`."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None,
        summary: str | None,
        config_schema: Mapping[str, Any] | type | None,
        requires: Iterable[Field] | None,
        uses: Iterable[Field] | None,
        returns: ValueKind | None,
        aggregations: Sequence[Aggregation],
    ) -> None:
        signature = Signature(function, _PARAMETERS)
        taken = signature.has_default
        self.function: Final = function
        self.name: Final = checked_name(name or function.__name__)
        self.summary: Final = summary or summary_of(function)
        self._takes_config = "config" in taken
        self.config: Final = config_of(config_schema, signature.annotation("config"), self._takes_config)
        self.is_session: Final = "turns" in taken
        self.requires, self.uses = _fields(signature, requires, uses, self.is_session)
        self.returns: Final = _one_of(returns or signature.returns(), _KINDS, "returns")
        self.aggregations: Final = tuple(_one_of(wanted, _AGGREGATIONS, "aggregations") for wanted in aggregations)
        self._sent = frozenset((*self.requires, *self.uses))
        self._takes_example = "example" in taken
        self._takes_tags = "tags" in taken
        self._read = [
            (field, READERS[field], field in self.requires or not taken[field])
            for field in READERS
            if field in taken
        ]
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        for field in ("inputs", "expectations", "trace"):
            if field in kwargs:
                kwargs[field] = as_sent(field, kwargs[field])
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Scorer {self.name}>"

    def score(self, config: str, raw: RawExample) -> object:
        """What the function returns for an example and a config as the host sends them."""
        arguments: dict[str, Any] = {}
        for field, read, is_required in self._read:
            text = getattr(raw, field)
            if text is not None:
                arguments[field] = read(text)
            elif is_required:
                raise MissingField(field)
        if self._takes_tags:
            arguments["tags"] = dict(raw.tags)
        if self._takes_example:
            arguments["example"] = Example(raw, self._sent)
        if self._takes_config:
            arguments["config"] = self.config.read(config)
        return self.function(**arguments)  # type: ignore[call-arg]

    def score_session(self, config: str, turns: Iterable[RawExample]) -> object:
        """What the function returns for a conversation and a config as the host sends them."""
        arguments: dict[str, Any] = {"turns": [Example(turn, self._sent) for turn in turns]}
        if self._takes_config:
            arguments["config"] = self.config.read(config)
        return self.function(**arguments)  # type: ignore[call-arg]


def _one_of(word: Any, known: Sequence[Any], what: str) -> Any:
    if word not in known:
        raise ValueError(f"{what}: `{word}` is none of {', '.join(known)}")
    return word


def _fields(
    signature: Signature, requires: Iterable[Field] | None, uses: Iterable[Field] | None, is_session: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the scorer requires and what it uses beside that, in the contract's order."""
    taken = [field for field in FIELDS if field in signature.has_default]
    if is_session and (taken or "example" in signature.has_default):
        raise TypeError(f"{signature.where}: a scorer takes `turns` or the fields of one example, not both")
    if requires is None and uses is None:
        return _told_by_parameters(signature, taken)
    needed = {_one_of(field, FIELDS, "requires") for field in requires or ()}
    wanted = {_one_of(field, FIELDS, "uses") for field in uses or ()} - needed
    for field in taken:
        if field not in needed and field not in wanted:
            raise TypeError(f"{signature.where} takes `{field}`: add it to requires or uses")
        if field in wanted and not signature.has_default[field] and field != "tags":
            raise TypeError(f"{signature.where} uses `{field}`, which may be missing: give the parameter a default")
    return _in_order(needed), _in_order(wanted)


def _told_by_parameters(signature: Signature, taken: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    whole = "example" in signature.has_default or "turns" in signature.has_default
    if whole and not taken:
        return ("outputs",), ("inputs", "expectations")
    # A row has tags, be they none: without a default they are not required.
    needed = {field for field in taken if not signature.has_default[field] and field != "tags"}
    return _in_order(needed), _in_order(set(taken) - needed)


def _in_order(fields: Iterable[str]) -> tuple[str, ...]:
    fields = set(fields)
    return tuple(field for field in FIELDS if field in fields)


@overload
def scorer(function: Callable[P, R], /) -> Scorer[P, R]: ...


@overload
def scorer(
    *,
    name: str | None = None,
    summary: str | None = None,
    config_schema: Mapping[str, Any] | type | None = None,
    requires: Iterable[Field] | None = None,
    uses: Iterable[Field] | None = None,
    returns: ValueKind | None = None,
    aggregations: Sequence[Aggregation] = (),
) -> Callable[[Callable[P, R]], Scorer[P, R]]: ...


def scorer(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    summary: str | None = None,
    config_schema: Mapping[str, Any] | type | None = None,
    requires: Iterable[Field] | None = None,
    uses: Iterable[Field] | None = None,
    returns: ValueKind | None = None,
    aggregations: Sequence[Aggregation] = (),
) -> Scorer[P, R] | Callable[[Callable[P, R]], Scorer[P, R]]:
    """Makes a scorer of a function.

    The function takes any of `inputs`, `outputs`, `expectations`, `trace`, `tags`, `config` and `example` by name. A
    field without a default is required: a row that lacks it fails before the function is called. A field with a default
    is passed where the row has it. A function that takes `turns` scores whole conversations.

    - `name`: what users write; the function's name unless given.
    - `summary`: one line for users; the first paragraph of the docstring unless given.
    - `config_schema`: a JSON Schema as a dict, a dataclass or a TypedDict; that of the annotation of `config` unless
      given.
    - `requires`, `uses`: the fields to send, where the parameters do not tell, as with `example` and `turns`.
    - `returns`: the kind of value; that of the annotation of the result unless given.
    - `aggregations`: how the values are summed up; left to the host unless given.
    """

    def make(function: Callable[P, R]) -> Scorer[P, R]:
        return Scorer(
            function,
            name=name,
            summary=summary,
            config_schema=config_schema,
            requires=requires,
            uses=uses,
            returns=returns,
            aggregations=aggregations,
        )

    return make if function is None else make(function)
