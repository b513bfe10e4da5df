"""The cases of tests/*.jsonl, run natively."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scorebox import MissingField, predictor, scorer, testing


def _plugin() -> ModuleType:
    module = ModuleType("plugin")

    @scorer
    def same(outputs: str, expectations: dict[str, Any]) -> bool:
        return bool(outputs == expectations["expected_response"])

    @scorer
    def length(turns: list[Any]) -> int:
        return len(turns)

    @predictor
    def echo(inputs: dict[str, Any]) -> dict[str, Any]:
        return inputs

    @scorer
    def broken(outputs: str) -> bool:
        return {"b": True}[outputs]

    vars(module).update(same=same, length=length, echo=echo, broken=broken)
    return module


def _case(tmp_path: Path, **content: Any) -> testing.Case:
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({"name": "case", **content}))
    (case,) = testing.cases(tmp_path)
    return case


EXAMPLE = {"outputs": "a", "expectations": {"expected_response": "a"}}
LACKING = {"outputs": "a", "expectations": {}}
ERROR = {"error": {"kind": "missing_field", "message": "the row lacks `expectations.expected_response`"}}


@pytest.mark.parametrize(
    "content",
    [
        {"scorer": "same", "example": EXAMPLE, "expect": {"feedback": [{"value": True}]}},
        {"scorer": "same", "example": LACKING, "expect": ERROR},
        {"scorer": "same", "batch": [EXAMPLE, LACKING], "expect": [{"feedback": [{"value": True}]}, ERROR]},
        {"scorer": "length", "session": [EXAMPLE, EXAMPLE], "expect": {"feedback": [{"value": 2}]}},
        {"predictor": "echo", "inputs": {"a": 1}, "expect": {"outputs": {"a": 1}}},
    ],
)
def test_a_case_that_holds_passes(tmp_path: Path, content: dict[str, Any]) -> None:
    _case(tmp_path, **content).run(_plugin())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"scorer": "same", "example": EXAMPLE, "expect": {"feedback": [{"value": False}]}}, "expected False"),
        ({"scorer": "same", "example": EXAMPLE, "expect": {"feedback": [{"value": 1}]}}, "expected 1, found True"),
        ({"scorer": "same", "example": EXAMPLE, "expect": {"feedback": []}}, "expected \\[\\]"),
        ({"scorer": "same", "example": EXAMPLE, "expect": ERROR}, "error is missing"),
        ({"scorer": "nope", "example": EXAMPLE, "expect": ERROR}, "no function 'nope'"),
        ({"predictor": "echo", "inputs": {"a": 1}, "expect": {"outputs": {"a": 1, "b": 2}}}, "outputs"),
    ],
)
def test_a_case_that_does_not_hold_says_where(tmp_path: Path, content: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError, match=f"cases.jsonl:1.*{message}"):
        _case(tmp_path, **content).run(_plugin())


def test_a_key_error_of_the_scorer_is_its_failure(tmp_path: Path) -> None:
    case = _case(tmp_path, scorer="broken", example=EXAMPLE, expect={"error": {"kind": "failed", "message": "?"}})
    with pytest.raises(AssertionError, match="KeyError") as raised:
        case.run(_plugin())
    assert "in broken" in str(raised.value)
    assert "no function" not in str(raised.value)


def test_an_unknown_field_of_an_example_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no field `output`"):
        testing.score(_plugin().same, {"output": "a"})
    with pytest.raises(MissingField):
        testing.score(_plugin().same, {"outputs": "a"})
