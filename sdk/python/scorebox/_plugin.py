"""What a plugin offers: the scorers and predict functions that its module holds by name."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any, Final, TypeVar

from scorebox._predictor import Predictor
from scorebox._scorer import Scorer
from scorebox.errors import InvalidConfig, Unsupported
from scorebox.example import RawExample

T = TypeVar("T", Scorer[..., Any], Predictor[..., Any])


class Plugin:
    """The scorers and predict functions of a module, in the order in which they stand there.

    What a module imports from another counts too; a name that begins with `_` keeps a function to the module.
    """

    def __init__(self, module: ModuleType) -> None:
        held = [value for name, value in vars(module).items() if not name.startswith("_")]
        self.scorers: Final = _by_name((value for value in held if isinstance(value, Scorer)), "scorers")
        self.predictors: Final = _by_name(
            (value for value in held if isinstance(value, Predictor)), "predict functions"
        )

    def score(self, name: str, config: str, raw: RawExample) -> object:
        """What a scorer returns for an example."""
        return self.scorer_of_examples(name).score(config, raw)

    def score_session(self, name: str, config: str, turns: Iterable[RawExample]) -> object:
        """What a scorer returns for a conversation."""
        scorer = self._scorer(name)
        if not scorer.is_session:
            raise Unsupported(f"`{name}` scores single examples, not conversations")
        return scorer.score_session(config, turns)

    def predict(self, name: str, config: str, inputs: str) -> str:
        """What a predict function answers, as JSON text."""
        predictor = self.predictors.get(name)
        if predictor is None:
            raise InvalidConfig(f"no predict function is called `{name}`")
        return predictor.predict(config, inputs)

    def scorer_of_examples(self, name: str) -> Scorer[..., Any]:
        """The scorer with a name, which scores single examples."""
        scorer = self._scorer(name)
        if scorer.is_session:
            raise Unsupported(f"`{name}` scores conversations, not single examples")
        return scorer

    def _scorer(self, name: str) -> Scorer[..., Any]:
        scorer = self.scorers.get(name)
        if scorer is None:
            raise InvalidConfig(f"no scorer is called `{name}`")
        return scorer


def _by_name(functions: Iterable[T], what: str) -> dict[str, T]:
    by_name: dict[str, T] = {}
    for function in functions:
        known = by_name.setdefault(function.name, function)
        if known is not function:
            raise ValueError(f"two {what} of the plugin are called `{function.name}`")
    return by_name
