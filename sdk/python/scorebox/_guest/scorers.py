"""Answers the host's calls of scorers."""

from collections.abc import Iterable
from typing import Any

from componentize_py_types import Err, Ok, Result
from wit_world.exports import scorers as _exports
from wit_world.imports import contract_types as _contract

from scorebox._guest.errors import sent_error
from scorebox._json import checked_text, write_json
from scorebox._plugin import Plugin
from scorebox._randomness import reseeding
from scorebox._scorer import Scorer
from scorebox.feedback import Feedback, feedback_of, kind_of_value

_VALUES: dict[str, Any] = {
    "boolean": _contract.Value_Boolean,
    "integer": _contract.Value_Integer,
    "number": _contract.Value_Number,
    "text": _contract.Value_Text,
    "json": _contract.Value_Json,
}

# A result for the host does not change once it is made, so that the most frequent ones are made once.
_BOOLEANS = {
    value: [_contract.Feedback(None, _contract.Value_Boolean(value), None, None, None)] for value in (False, True)
}


def scorers(plugin: Plugin) -> type:
    """The class that a component exports for the scorers of a plugin."""
    reseed = reseeding()

    class Scorers:
        """The interface `scorers` of the contract."""

        def describe(self) -> list[_exports.ScorerInfo]:
            """Lists the scorers."""
            return [_info(scorer) for scorer in plugin.scorers.values()]

        def score(self, scorer: str, config: str, example: _contract.Example) -> list[_contract.Feedback]:
            """Scores one example."""
            try:
                if reseed is not None:
                    reseed()
                return _sent(plugin.score(scorer, config, example))
            except BaseException as exception:
                raise Err(sent_error(exception)) from None

        def score_batch(
            self, scorer: str, config: str, examples: list[_contract.Example]
        ) -> list[Result[list[_contract.Feedback], _contract.PluginError]]:
            """Scores several examples, each for itself."""
            try:
                score = plugin.scorer_of_examples(scorer).score
            except BaseException as exception:
                return [Err(sent_error(exception)) for _ in examples]
            results: list[Result[list[_contract.Feedback], _contract.PluginError]] = []
            for example in examples:
                try:
                    if reseed is not None:
                        reseed()
                    results.append(Ok(_sent(score(config, example))))
                except BaseException as exception:
                    results.append(Err(sent_error(exception)))
            return results

        def score_session(
            self, scorer: str, config: str, turns: list[_contract.Example]
        ) -> list[_contract.Feedback]:
            """Scores one conversation."""
            try:
                if reseed is not None:
                    reseed()
                return _sent(plugin.score_session(scorer, config, turns))
            except BaseException as exception:
                raise Err(sent_error(exception)) from None

    return Scorers


def _sent(result: object) -> list[_contract.Feedback]:
    kind = type(result)
    if kind is bool:
        return _BOOLEANS[result]  # type: ignore[index]
    return [_feedback(feedback) for feedback in feedback_of(result)]


def _feedback(feedback: Feedback) -> _contract.Feedback:
    rationale = feedback.rationale
    metadata = feedback.metadata
    name = feedback.name
    span_id = feedback.span_id
    kind, value = kind_of_value(feedback.value)
    return _contract.Feedback(
        None if name is None else checked_text(name, "the name"),
        _VALUES[kind](value),
        None if rationale is None else checked_text(rationale, "the rationale"),
        None if metadata is None else write_json(metadata, "the metadata"),
        None if span_id is None else checked_text(span_id, "the span id"),
    )


def _info(scorer: Scorer[..., Any]) -> _exports.ScorerInfo:
    return _exports.ScorerInfo(
        name=scorer.name,
        summary=scorer.summary,
        config_schema=write_json(scorer.config.schema, "the schema of the config"),
        scope=_exports.Scope.SESSION if scorer.is_session else _exports.Scope.EXAMPLE,
        requires=_fields(scorer.requires),
        uses=_fields(scorer.uses),
        returns=_exports.ValueKind[scorer.returns.upper()],
        aggregations=[_exports.Aggregation[wanted.upper()] for wanted in scorer.aggregations],
    )


def _fields(names: Iterable[str]) -> _exports.Fields:
    fields = _exports.Fields(0)
    for name in names:
        fields |= _exports.Fields[name.upper()]
    return fields
