"""Judges: a model's verdict of a given type, with its reasons."""

from __future__ import annotations

from typing import Any

from scorebox import llm
from scorebox._schema import schema_of, value_of
from scorebox.errors import InvalidConfig
from scorebox.feedback import Feedback

_SYSTEM = (
    "You are a careful judge. Follow the instructions, give your reasons in `rationale` first, in one to three "
    "sentences, and then your verdict in `value`."
)


def judge(
    instructions: str,
    *,
    returns: Any = bool,
    model: str = "judge",
    name: str | None = None,
    system: str | None = None,
    temperature: float | None = 0.0,
    max_tokens: int | None = None,
    seed: int | None = None,
) -> Feedback:
    """Asks a model for a verdict, and answers it as feedback.

    - `instructions`: what to judge and how, with what is judged in it.
    - `returns`: the type of the verdict: `bool`, `int`, `float`, `str`, a `Literal` of labels, an `Enum`, a dataclass.
    - `model`: the alias of the model.
    - `name`: the feedback's name, where the scorer gives several.
    - `system`: what the model is told to be, instead of a careful judge.
    """
    reply = llm.complete(
        model,
        instructions,
        system=_SYSTEM if system is None else system,
        temperature=temperature,
        max_tokens=max_tokens,
        seed=seed,
        response_schema={
            "type": "object",
            "properties": {"rationale": {"type": "string"}, "value": schema_of(returns)},
            "required": ["rationale", "value"],
            "additionalProperties": False,
        },
    )
    verdict = reply.json()
    try:
        rationale, value = verdict["rationale"], verdict["value"]
        value = value_of(returns, value, "value")
    except (KeyError, TypeError, InvalidConfig) as error:
        raise llm.InvalidReply(f"the verdict is not of the wanted form: {error}") from None
    return Feedback(value, rationale=rationale, name=name, metadata={"model": reply.model})
