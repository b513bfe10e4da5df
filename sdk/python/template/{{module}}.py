"""Scorers of the plugin {{name}}."""

from dataclasses import dataclass
from typing import Annotated, Any

from scorebox import Feedback, scorer


@dataclass(frozen=True)
class Settings:
    """Settings of `mentions`."""

    ignore_case: Annotated[bool, "Whether upper and lower case are the same."] = True


@scorer(returns="boolean")
def mentions(outputs: str, expectations: dict[str, Any], config: Settings) -> Feedback:
    """Whether the answer mentions the expected response."""
    expected = expectations["expected_response"]
    answer = outputs
    if config.ignore_case:
        expected, answer = expected.lower(), answer.lower()
    if expected in answer:
        return Feedback(True)
    return Feedback(False, rationale=f"`{expectations['expected_response']}` is not in the answer")
