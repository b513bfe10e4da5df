"""What a function with `@scorer` is for the host."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Optional, TypedDict, cast

import pytest

from scorebox import MISSING, Example, Failed, Feedback, InvalidConfig, MissingField, Unsupported, scorer, testing
from scorebox.llm import ModelName


class Mode(enum.Enum):
    STRICT = "strict"
    LOOSE = "loose"


@dataclass(frozen=True)
class Weights:
    first: float = 1.0


@dataclass(frozen=True)
class Settings:
    least: Annotated[int, "The least number of characters."]
    mode: Mode = Mode.STRICT
    words: list[str] = field(default_factory=list)
    weights: Weights = field(default_factory=Weights)
    judge: ModelName = "judge"
    label: Optional[Literal["a", "b"]] = None  # noqa: UP045


class Options(TypedDict, total=False):
    trim: bool


def test_parameters_decide_what_is_required_and_used() -> None:
    @scorer
    def s(outputs: str, tags: dict[str, str], trace: Any = None, inputs: Any = None) -> float:
        return 0.0

    assert (s.requires, s.uses) == (("outputs",), ("inputs", "trace", "tags"))
    assert (s.name, s.returns, s.is_session) == ("s", "number", False)
    assert s.config.schema == {"type": "object", "additionalProperties": False}


def test_a_whole_example_is_sent_what_most_scorers_need() -> None:
    @scorer
    def s(example: Example) -> bool:
        return bool(example.outputs)

    assert (s.requires, s.uses) == (("outputs",), ("inputs", "expectations"))
    with pytest.raises(Failed, match="did not ask for `trace`"):
        testing.score(scorer(lambda_reading_trace), {"outputs": 1, "trace": {}})


def lambda_reading_trace(example: Example) -> bool:
    return bool(example.trace)


def test_the_first_paragraph_of_the_docstring_is_the_summary() -> None:
    @scorer
    def s() -> bool:
        """Whether it is good,
        on the whole.

        More.
        """
        return True

    assert s.summary == "Whether it is good, on the whole."


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [(bool, "boolean"), (int, "integer"), (float, "number"), (str, "text"), (dict, "json"), (dict[str, int], "json")]
    + [(Feedback, "varies"), (list[Feedback], "varies"), (Optional[bool], "boolean"), (int | str, "varies")],
)
def test_the_annotation_of_the_result_tells_the_kind_of_value(annotation: Any, kind: str) -> None:
    def s():  # type: ignore[no-untyped-def]
        return None

    s.__annotations__["return"] = annotation
    assert scorer(s).returns == kind


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: scorer(lambda question: True), "`question` is none of inputs, outputs"),
        (lambda: scorer(name="Bad")(lambda: True), "lower-case letter"),
        (lambda: scorer(requires=["outputs"], name="s")(lambda trace: True), "takes `trace`: add it to requires"),
        (lambda: scorer(uses=["trace"], name="s")(lambda trace: True), "give the parameter a default"),
        (lambda: scorer(name="s")(lambda turns, outputs: True), "not both"),
        (lambda: scorer(name="s", aggregations=cast(Any, ["sum"]))(lambda: True), "`sum` is none of mean"),
        (lambda: scorer(name="s")(lambda *outputs: True), "passed by its name"),
        (lambda: scorer(name="s", config_schema=int)(lambda config: True), "a dict, a dataclass or a TypedDict"),
    ],
)
def test_what_cannot_be_a_scorer_is_refused_where_it_is_written(make: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_the_schema_of_a_dataclass_has_descriptions_and_defaults() -> None:
    @scorer
    def s(config: Settings) -> int:
        return config.least

    assert s.config.schema == {
        "type": "object",
        "properties": {
            "least": {"type": "integer", "description": "The least number of characters."},
            "mode": {"enum": ["strict", "loose"], "default": "strict"},
            "words": {"type": "array", "items": {"type": "string"}, "default": []},
            "weights": {
                "type": "object",
                "properties": {"first": {"type": "number", "default": 1.0}},
                "additionalProperties": False,
                "default": {"first": 1.0},
            },
            "judge": {"type": "string", "format": "scorebox-model", "minLength": 1, "default": "judge"},
            "label": {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}], "default": None},
        },
        "required": ["least"],
        "additionalProperties": False,
    }


def test_a_config_becomes_its_dataclass() -> None:
    @scorer
    def s(config: Settings) -> str:
        return repr(config)

    (feedback,) = testing.score(s, {}, {"least": 2, "mode": "loose", "weights": {"first": 3}})
    assert feedback.value == repr(Settings(2, Mode.LOOSE, [], Weights(3.0)))
    for config in ({}, {"least": "2"}, {"least": True}, {"least": 1, "mode": "x"}, {"least": 1, "other": 1}):
        with pytest.raises(InvalidConfig):
            testing.score(s, {}, config)


def test_a_typed_dict_is_a_schema_and_the_config_stays_a_dict() -> None:
    @scorer
    def s(config: Options) -> bool:
        return config.get("trim", True)

    assert s.config.schema["properties"] == {"trim": {"type": "boolean"}}
    assert "required" not in s.config.schema
    assert testing.score(s, {}, {"trim": False}) == [Feedback(False)]


def test_defaults_of_a_written_schema_are_filled_in_and_calls_do_not_share_them() -> None:
    @scorer(config_schema={"type": "object", "properties": {"n": {"type": "integer", "default": 3}}})
    def s(config: dict[str, Any]) -> int:
        n: int = config.pop("n")
        return n

    for _ in range(2):
        assert testing.score(s, {}) == [Feedback(3)]


def test_missing_and_null_can_be_told_apart() -> None:
    @scorer
    def s(outputs: Any = MISSING, trace: Any = "default") -> Feedback:
        return Feedback({"missing": outputs is MISSING, "null": outputs is None, "trace": trace})

    assert testing.score(s, {})[0].value == {"missing": True, "null": False, "trace": "default"}
    assert testing.score(s, {"outputs": None})[0].value == {"missing": False, "null": True, "trace": "default"}


def test_a_required_field_that_is_missing_is_an_error_before_the_call() -> None:
    @scorer
    def s(outputs: str, expectations: dict[str, Any]) -> bool:
        raise AssertionError("called")

    with pytest.raises(MissingField, match="expectations"):
        testing.score(s, {"outputs": "x"})


def test_a_missing_key_is_a_missing_field_and_a_key_error() -> None:
    @scorer
    def s(expectations: dict[str, Any]) -> bool:
        return bool(expectations["expected"] == 1)

    with pytest.raises(MissingField) as error:
        testing.score(s, {"expectations": {}})
    assert error.value.text == str(error.value) == "expectations.expected"
    assert isinstance(error.value, KeyError)


def test_texts_are_read_as_in_every_language() -> None:
    @scorer(uses=["inputs", "outputs", "expectations"])
    def s(example: Example, config: dict[str, str]) -> str:
        which = config["key"]
        return example.outputs_text() if which == "outputs" else example.input_text(which)

    example = {"inputs": {"s": "a\n", "n": 4.5, "i": 10**18, "b": True, "l": [], "o": {}, "z": None}, "outputs": 1e100}
    texts = {"s": "a\n", "n": "4.5", "i": str(10**18), "b": "true", "outputs": "1e+100"}
    for key, text in texts.items():
        assert testing.score(s, example, {"key": key}) == [Feedback(text)]
    for key, kind in {"l": "an array", "o": "an object"}.items():
        with pytest.raises(Unsupported, match=f"^inputs.{key}: expected a text, found {kind}$"):
            testing.score(s, example, {"key": key})
    for key in ("z", "nothing"):
        with pytest.raises(MissingField, match=f"^inputs.{key}$"):
            testing.score(s, example, {"key": key})
    with pytest.raises(MissingField, match="^inputs.s$"):
        testing.score(s, {}, {"key": "s"})


def test_a_call_in_a_test_gets_what_the_host_would_send() -> None:
    @scorer
    def s(inputs: Any, trace: Any) -> str:
        return f"{inputs.text('n')} {trace.root.name}"

    trace = {"trace_id": "t", "spans": [{"span_id": "1", "name": "root", "start_time_unix_nano": 0}]}
    assert s(inputs={"n": 1.5}, trace=trace) == "1.5 root"


def test_conversations_are_scored_as_a_whole() -> None:
    @scorer
    def s(turns: list[Example]) -> int:
        return sum(len(turn.outputs_text()) for turn in turns)

    assert testing.score_session(s, [{"outputs": "ab"}, {"outputs": "c"}]) == [Feedback(3)]
    with pytest.raises(Unsupported, match="`s` scores conversations, not single examples"):
        testing.score(s, {"outputs": "ab"})


@pytest.mark.parametrize(
    ("result", "feedback"),
    [
        (True, [Feedback(True)]),
        ("a", [Feedback("a")]),
        ({"a": 1}, [Feedback({"a": 1})]),
        (None, []),
        ([], []),
        ([Feedback(1, name="a"), Feedback(2, name="b")], [Feedback(1, name="a"), Feedback(2, name="b")]),
    ],
)
def test_results_become_feedback(result: Any, feedback: list[Feedback]) -> None:
    @scorer
    def s() -> Any:
        return result

    assert testing.score(s, {}) == feedback


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ([1, 2], "a list that holds a int"),
        (object(), "returned a object"),
        (Feedback(object()), "the value has no JSON form"),
        (Feedback(float("nan")), "no finite number"),
        (Feedback({"a": float("inf")}), "the value has no JSON form"),
        (Feedback("\ud800"), "the value holds a lone surrogate, which is no Unicode text"),
        (Feedback(1, metadata={"a": "\udfff"}), "the metadata holds a lone surrogate"),
    ],
)
def test_what_is_no_result_is_a_failure(result: Any, message: str) -> None:
    @scorer
    def s() -> Any:
        return result

    with pytest.raises(Failed, match=message):
        testing.score(s, {})


def test_json_is_exact_for_integers_of_64_bits() -> None:
    @scorer
    def s(inputs: Any) -> Feedback:
        return Feedback(dict(inputs))

    big = {"u": 2**64 - 1, "i": -(2**63), "beyond": 2**64, "nul": "\0", "emoji": "\U0001f600"}
    value = json.loads(json.dumps(testing.score(s, {"inputs": big})[0].value))
    assert value == big
    assert isinstance(value["beyond"], float) and isinstance(value["u"], int)
