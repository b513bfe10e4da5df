"""What a scorer has to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from scorebox._json import MAX_I64, MIN_I64, RawJson, checked_text, write_json
from scorebox.errors import Failed

ValueKind: TypeAlias = Literal["boolean", "integer", "number", "text", "json", "varies"]
"""The kind of value that a scorer's feedback has."""


@dataclass
class Feedback:
    """One thing that a scorer has to say about an example.

    The value is a bool, an int, a float or a str; anything else that has a JSON form is kept with the row and not
    summarised. NaN and the infinities are refused: a score that cannot be computed is an error.
    """

    value: Any
    """The verdict."""
    rationale: str | None = None
    """Why, for a person to read."""
    metadata: Mapping[str, Any] | RawJson | None = None
    """Details for programs to read."""
    name: str | None = None
    """Tells several feedbacks of one scorer apart; `None` stands for the scorer's own name."""
    span_id: str | None = None
    """The span of the example's trace that this is about; `None` means the whole example."""


_PLAIN: Final = (bool, int, float, str)


def kind_of_value(value: Any) -> tuple[ValueKind, Any]:
    """The kind of a verdict, and the verdict as the contract has it: JSON as text, everything else as it is."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int):
        if MIN_I64 <= value <= MAX_I64:
            return "integer", int(value)
        return "json", write_json(int(value), "the value")
    if isinstance(value, float):
        return "number", float(value)
    if isinstance(value, str):
        return "text", checked_text(value, "the value")
    return "json", write_json(value, "the value")


def feedback_of(result: object) -> list[Feedback]:
    """The feedbacks in what a scorer returned. `None` says nothing, as in MLflow."""
    if isinstance(result, Feedback):
        return [result]
    if isinstance(result, (*_PLAIN, dict, RawJson)):
        return [Feedback(result)]
    if result is None:
        return []
    if isinstance(result, (list, tuple)):
        for item in result:
            if not isinstance(item, Feedback):
                raise Failed(
                    f"the scorer returned a {type(result).__name__} that holds a {type(item).__name__}: "
                    "return Feedback(value=…) for a list as the value, or a list of Feedback for several verdicts"
                )
        return list(result)
    raise Failed(
        f"the scorer returned a {type(result).__name__}: "
        "return a bool, an int, a float, a str, a dict, Feedback or a list of Feedback"
    )
