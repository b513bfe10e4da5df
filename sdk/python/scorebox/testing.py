"""Runs scorers and predict functions in tests, as the host runs them: examples and configs go through JSON.

    def test_a_wrong_answer_fails():
        feedback = testing.score(exact_match, {"outputs": "Rome", "expectations": {"expected_response": "Paris"}})
        assert feedback[0].value is False

Only for tests: a component does not hold this module.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from scorebox._json import RawJson, read_json, write_json
from scorebox._native import state
from scorebox._plugin import Plugin
from scorebox._predictor import Predictor
from scorebox._scorer import Scorer
from scorebox._traceback import as_plugin_error
from scorebox.errors import Failed, InvalidConfig, MissingField, PluginError, Unsupported
from scorebox.example import FIELDS
from scorebox.feedback import Feedback, feedback_of, kind_of_value

T = TypeVar("T")

__all__ = [
    "Case",
    "RecordedSpan",
    "Recording",
    "answer_embeddings",
    "answer_http",
    "answer_models",
    "cases",
    "predict",
    "recording",
    "score",
    "score_session",
]


@dataclass
class _SentExample:
    """An example as the host would send it."""

    id: str
    inputs: str | None
    outputs: str | None
    expectations: str | None
    trace: str | None
    tags: list[tuple[str, str]]


def score(
    scorer: Scorer[..., Any], example: Mapping[str, Any], config: Mapping[str, Any] | None = None
) -> list[Feedback]:
    """Scores an example: a dict with any of `id`, `inputs`, `outputs`, `expectations`, `trace` and `tags`.

    Only the fields that the scorer asks for reach it, and one that it requires has to be there.
    """
    if scorer.is_session:
        raise Unsupported(f"`{scorer.name}` scores conversations, not single examples")
    return _sent(scorer.score(_config(config), _example(scorer, example)))


def score_session(
    scorer: Scorer[..., Any], turns: Sequence[Mapping[str, Any]], config: Mapping[str, Any] | None = None
) -> list[Feedback]:
    """Scores a conversation, given its turns in order."""
    if not scorer.is_session:
        raise Unsupported(f"`{scorer.name}` scores single examples, not conversations")
    return _sent(scorer.score_session(_config(config), [_example(scorer, turn) for turn in turns]))


def predict(
    predictor: Predictor[..., Any], inputs: Mapping[str, Any], config: Mapping[str, Any] | None = None
) -> Any:
    """The outputs of a predict function, as they are after a way through JSON."""
    return read_json(predictor.predict(_config(config), write_json(dict(inputs), "the inputs")))


def _config(config: Mapping[str, Any] | None) -> str:
    return write_json(dict(config or {}), "the config")


def _example(scorer: Scorer[..., Any], example: Mapping[str, Any]) -> _SentExample:
    unknown = [key for key in example if key != "id" and key not in FIELDS]
    if unknown:
        raise ValueError(f"an example has no field `{unknown[0]}`: there are id, {', '.join(FIELDS)}")
    sent = {*scorer.requires, *scorer.uses}
    for name in scorer.requires:
        if name not in example:
            raise MissingField(name)

    def text(name: str) -> str | None:
        return write_json(example[name], f"the field {name}") if name in example and name in sent else None

    tags = sorted(dict(example.get("tags", {})).items()) if "tags" in sent else []
    return _SentExample(
        str(example.get("id", "1")), text("inputs"), text("outputs"), text("expectations"), text("trace"), tags
    )


def _sent(result: object) -> list[Feedback]:
    """The feedbacks of a result, if they are such as the host takes."""
    feedbacks = feedback_of(result)
    for feedback in feedbacks:
        kind, value = kind_of_value(feedback.value)
        if kind == "number" and not float("-inf") < value < float("inf"):
            raise Failed(f"the value {value} is no finite number")
        if feedback.metadata is not None:
            write_json(feedback.metadata, "the metadata")
    return feedbacks


@contextmanager
def _set(variable: ContextVar[T], value: T) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


@contextmanager
def answer_models(answer: Callable[[Any], Any]) -> Iterator[None]:
    """Plays the models: a function gets each `llm.Request` and answers a text or a `llm.Reply`, or raises."""
    with _set(state.model, answer):
        yield


@contextmanager
def answer_embeddings(answer: Callable[[str, list[str]], Any]) -> Iterator[None]:
    """Plays the embedding models: a function gets the alias and the texts, and answers vectors."""
    with _set(state.embedder, answer):
        yield


@contextmanager
def answer_http(answer: Callable[[Any], Any]) -> Iterator[None]:
    """Plays the peers: a function gets each `http.Request` and answers a `http.Response`, or raises."""
    with _set(state.peer, answer):
        yield


@dataclass
class RecordedSpan:
    """A span that was recorded."""

    id: str
    name: str
    kind: str
    parent_id: str | None
    inputs: Any = None
    outputs: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    is_open: bool = True


@dataclass
class Recording:
    """What a plugin logged and traced."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    """Levels and texts."""
    spans: list[RecordedSpan] = field(default_factory=list)
    """The spans, in the order of their start."""

    def start_span(self, name: str, kind: str, inputs: str | None) -> str:
        """Called by the stand-in of the host."""
        parent = next((span.id for span in reversed(self.spans) if span.is_open), None)
        span = RecordedSpan(f"span-{len(self.spans) + 1}", name, kind, parent)
        span.inputs = None if inputs is None else read_json(inputs)
        self.spans.append(span)
        return span.id

    def set_attribute(self, span_id: str, name: str, value: str) -> None:
        """Called by the stand-in of the host."""
        for span in self.spans:
            if span.id == span_id:
                span.attributes[name] = read_json(value)

    def end_span(self, span_id: str, error: str | None, outputs: str | None) -> None:
        """Called by the stand-in of the host."""
        for span in self.spans:
            if span.id == span_id:
                span.is_open = False
                span.error = error
                span.outputs = None if outputs is None else read_json(outputs)


@contextmanager
def recording() -> Iterator[Recording]:
    """Keeps what is logged and traced inside the block."""
    recorded = Recording()
    with _set(state.recording, recorded):
        yield recorded


_ERRORS: dict[type[PluginError], str] = {
    InvalidConfig: "invalid_config",
    MissingField: "missing_field",
    Unsupported: "unsupported",
}


@dataclass
class Case:
    """One case of a plugin's tests/*.jsonl, which `scorebox plugin test` runs in the sandbox."""

    name: str
    where: str
    content: Mapping[str, Any]

    def __str__(self) -> str:
        return self.name

    def run(self, module: ModuleType) -> None:
        """Runs the case with a module's functions; an `AssertionError` says what is not as expected."""
        plugin = Plugin(module)
        expected = self.content["expect"]
        if "batch" in self.content:
            for example, each in zip(self.content["batch"], expected, strict=True):
                self._compare(each, self._result(plugin, {**self.content, "example": example}))
        else:
            self._compare(expected, self._result(plugin, self.content))

    def _result(self, plugin: Plugin, content: Mapping[str, Any]) -> dict[str, Any]:
        config = content.get("config")
        if "predictor" in content:
            predictor = self._named(plugin.predictors, content["predictor"])
            return _result_of(lambda: {"outputs": predict(predictor, content.get("inputs", {}), config)})
        scorer = self._named(plugin.scorers, content["scorer"])
        if "session" in content:
            return _result_of(lambda: _feedback_of(score_session(scorer, content["session"], config)))
        return _result_of(lambda: _feedback_of(score(scorer, content.get("example", {}), config)))

    def _named(self, functions: Mapping[str, T], name: str) -> T:
        try:
            return functions[name]
        except KeyError:
            raise AssertionError(f"{self.where}: the plugin has no function {name!r}") from None

    def _compare(self, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> None:
        difference = _difference(expected, actual, "")
        assert difference is None, f"{self.where} ({self.name}): {difference}\n{json.dumps(actual, ensure_ascii=False)}"


def _result_of(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return call()
    except Exception as error:
        return {"error": _error(error)}


def _feedback_of(feedbacks: Sequence[Feedback]) -> dict[str, Any]:
    return {"feedback": [_plain(each) for each in feedbacks]}


def _plain(feedback: Feedback) -> dict[str, Any]:
    kind, value = kind_of_value(feedback.value)
    metadata = feedback.metadata
    return {
        "name": feedback.name,
        "value": read_json(value) if kind == "json" else value,
        "rationale": feedback.rationale,
        "metadata": read_json(metadata.text) if isinstance(metadata, RawJson) else metadata,
        "span_id": feedback.span_id,
    }


def _error(exception: Exception) -> dict[str, str]:
    error = as_plugin_error(exception)
    kind = next((name for known, name in _ERRORS.items() if isinstance(error, known)), "failed")
    # As the host words it on the row.
    message = f"the row lacks `{error.text}`" if kind == "missing_field" else error.text
    return {"kind": kind, "message": message}


def _difference(expected: Any, actual: Any, path: str) -> str | None:
    """Where a result is not as expected. A key that is not expected may be anything at the outer levels."""
    if path.count(".") < 2 and isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                return f"{path}.{key} is missing".lstrip(".")
            found = _difference(value, actual[key], f"{path}.{key}")
            if found is not None:
                return found
        return None
    if path == ".feedback" and isinstance(expected, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return next((d for i, (e, a) in pairs if (d := _difference(e, a, f"feedback[{i}]"))), None)
    if expected == actual and isinstance(expected, bool) == isinstance(actual, bool):
        return None
    return f"{path.lstrip('.')}: expected {expected!r}, found {actual!r}"


def cases(path: str | PathLike[str]) -> list[Case]:
    """The cases of a JSONL file, or of all such files of a folder.

        @pytest.mark.parametrize("case", testing.cases("tests"), ids=str)
        def test_cases(case):
            case.run(my_plugin)

    A case whose scorer asks a model or a peer needs `answer_models` or `answer_http` around it.
    """
    path = Path(path)
    found = []
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                content = read_json(line)
                found.append(Case(content["name"], f"{file.name}:{number}", content))
    return found
