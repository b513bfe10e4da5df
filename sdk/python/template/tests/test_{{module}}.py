"""Tests that run outside of the sandbox, as for any other Python."""

from pathlib import Path

import pytest

import {{module}}
from scorebox import MissingField, testing
from {{module}} import mentions

PARIS = {"expected_response": "Paris"}


def test_an_answer_that_mentions_it_passes() -> None:
    feedback = testing.score(mentions, {"outputs": "It is paris.", "expectations": PARIS})
    assert [each.value for each in feedback] == [True]


def test_case_can_matter() -> None:
    example = {"outputs": "It is paris.", "expectations": PARIS}
    (feedback,) = testing.score(mentions, example, {"ignore_case": False})
    assert feedback.value is False
    assert feedback.rationale == "`Paris` is not in the answer"


def test_a_row_without_an_expected_response_lacks_a_field() -> None:
    with pytest.raises(MissingField, match="expectations.expected_response"):
        testing.score(mentions, {"outputs": "Paris", "expectations": {}})


@pytest.mark.parametrize("case", testing.cases(Path(__file__).parent), ids=str)
def test_the_cases_of_the_sandbox_hold_here_too(case: testing.Case) -> None:
    case.run({{module}})
