"""Metrics that were written for DeepEval, as scorers."""

from dataclasses import dataclass
from typing import Annotated

from scorebox import Feedback, judge, scorer


@dataclass(frozen=True)
class Threshold:
    """What the metric's constructor took."""

    threshold: Annotated[float, "The score from which the metric is successful."] = 0.5


@scorer
def keyword_recall(outputs: str, expectations: dict, config: Threshold) -> list[Feedback]:
    """The share of the keywords that the answer holds, and whether that is enough."""
    keywords = expectations["keywords"]
    found = [keyword for keyword in keywords if keyword.lower() in outputs.lower()]
    score = len(found) / len(keywords)
    reason = f"{len(found)} of {len(keywords)} keywords are there"
    return [
        Feedback(name="score", value=score, rationale=reason),
        Feedback(name="success", value=score >= config.threshold),
    ]


@dataclass(frozen=True)
class Judge:
    """Which model judges."""

    model: Annotated[str, {"format": "scorebox-model"}] = "judge"


@scorer
def is_coherent(inputs: dict, outputs: str, config: Judge) -> Feedback:
    """Whether the sentences of the answer build on each other: a G-Eval metric."""
    return judge(
        "Decide whether the sentences of the answer build on each other, from the question to the conclusion.\n\n"
        f"Question: {inputs['question']}\nAnswer: {outputs}",
        returns=bool,
        model=config.model,
    )
