"""The reference plugin of the conformance suite: the same functions as in every other language."""

from __future__ import annotations

import math
from typing import Any

from scorebox import (
    MISSING,
    Example,
    Failed,
    Feedback,
    InvalidConfig,
    MissingField,
    Unsupported,
    http,
    llm,
    log,
    predictor,
    raw_json,
    scorer,
    tracing,
)

ASCII_WHITE_SPACE = " \t\n\r\f\v"
ANY_CONFIG = {"type": "object"}
FAILURE = {
    "type": "object",
    "properties": {"how": {"type": "string"}, "message": {"type": "string"}},
    "required": ["how"],
    "additionalProperties": False,
}
ERRORS = {
    "invalid_config": InvalidConfig,
    "missing_field": MissingField,
    "unsupported": Unsupported,
    "failed": Failed,
}


@scorer(
    requires=["outputs", "expectations"],
    returns="boolean",
    config_schema={
        "type": "object",
        "properties": {
            "trim": {
                "type": "boolean",
                "default": False,
                "description": "Whether white space around the texts is ignored.",
            }
        },
        "additionalProperties": False,
    },
)
def exact_match(example: Example, config: dict[str, Any]) -> Feedback:
    """Whether the output is exactly the expected response."""
    answer = example.outputs_text()
    expected = example.expectation_text("expected_response")
    if config["trim"]:
        is_equal = answer.strip(ASCII_WHITE_SPACE) == expected.strip(ASCII_WHITE_SPACE)
    else:
        is_equal = answer == expected
    return Feedback(is_equal, rationale=None if is_equal else f"expected `{expected}`")


@scorer(returns="json", config_schema=ANY_CONFIG)
def echo(
    example: Example,
    config: dict[str, Any],
    tags: dict[str, str],
    inputs: Any = MISSING,
    outputs: Any = MISSING,
    expectations: Any = MISSING,
    trace: Any = MISSING,
) -> Feedback:
    """What the scorer was sent."""
    fields = {"inputs": inputs, "outputs": outputs, "expectations": expectations, "trace": trace}
    sent = {name: value for name, value in fields.items() if value is not MISSING}
    return Feedback({"id": example.id, **sent, "tags": tags, "config": config})


@scorer(
    config_schema={
        "type": "object",
        "properties": {"value": {}},
        "required": ["value"],
        "additionalProperties": False,
    }
)
def kinds(config: dict[str, Any]) -> Feedback:
    """A value of each kind."""
    return Feedback(config["value"])


@scorer(
    returns="integer",
    aggregations=["mean", "max"],
    config_schema={
        "type": "object",
        "properties": {"count": {"type": "integer", "minimum": 0}},
        "required": ["count"],
        "additionalProperties": False,
    },
)
def several(config: dict[str, Any]) -> list[Feedback]:
    """Several feedbacks at once."""
    count = config["count"]
    return [
        Feedback(
            index,
            rationale=f"{index} of {count}",
            metadata={"i": index, "count": count},
            name=f"part_{index}",
            span_id=f"span-{index}" if index % 2 == 0 else None,
        )
        for index in range(count)
    ]


@scorer(returns="boolean", config_schema=FAILURE)
def fails(config: dict[str, Any]) -> Feedback:
    """Fails as told."""
    how = config["how"]
    if how in ERRORS:
        raise ERRORS[how](config.get("message", ""))
    if how == "nan":
        return Feedback(math.nan)
    if how == "infinity":
        return Feedback(math.inf)
    if how == "bad_json":
        return Feedback(raw_json('{"a":'))
    if how == "surrogate_json":
        return Feedback(raw_json('"\\ud800"'))
    if how == "deep_json":
        return Feedback(raw_json("[" * 5000 + "]" * 5000))
    if how == "bad_name":
        return Feedback(True, name="not a name!")
    if how == "metadata_list":
        return Feedback(True, metadata=raw_json("[1]"))
    raise InvalidConfig(f"how: `{how}` is none of the ways to fail")


@scorer(
    uses=["inputs", "outputs", "expectations"],
    returns="json",
    config_schema={
        "type": "object",
        "properties": {"input": {"type": "string"}, "expectation": {"type": "string"}},
        "additionalProperties": False,
    },
)
def texts(example: Example, config: dict[str, Any]) -> Feedback:
    """Reads texts of the example."""
    found = {"outputs": example.outputs_text()}
    if "input" in config:
        found["input"] = example.input_text(config["input"])
    if "expectation" in config:
        found["expectation"] = example.expectation_text(config["expectation"])
    return Feedback(found)


@scorer(
    requires=["outputs"],
    returns="text",
    config_schema={
        "type": "object",
        "properties": {"model": {"type": "string"}},
        "required": ["model"],
        "additionalProperties": False,
    },
)
def judge(example: Example, config: dict[str, Any]) -> Feedback:
    """Asks a model once."""
    reply = llm.complete(
        config["model"],
        example.outputs_text(),
        system="Answer with one word.",
        temperature=0.0,
        max_tokens=64,
        seed=7,
        response_schema={"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    )
    usage = {"input_tokens": reply.usage.input_tokens, "output_tokens": reply.usage.output_tokens}
    return Feedback(reply.text, rationale=reply.finish_reason, metadata={"model": reply.model, **usage})


@scorer(
    returns="json",
    config_schema={
        "type": "object",
        "properties": {"model": {"type": "string"}, "questions": {"type": "array", "items": {"type": "string"}}},
        "required": ["model", "questions"],
        "additionalProperties": False,
    },
)
def judges(config: dict[str, Any]) -> Feedback:
    """Asks a model several times at once."""
    replies = llm.complete_all([llm.request(config["model"], question) for question in config["questions"]])
    return Feedback([reply.text if isinstance(reply, llm.Reply) else {"error": str(reply)} for reply in replies])


@scorer(
    returns="json",
    config_schema={
        "type": "object",
        "properties": {"model": {"type": "string"}, "texts": {"type": "array", "items": {"type": "string"}}},
        "required": ["model", "texts"],
        "additionalProperties": False,
    },
)
def embeds(config: dict[str, Any]) -> Feedback:
    """Embeds texts."""
    reply = llm.embed(config["model"], config["texts"])
    return Feedback({"vectors": reply.vectors, "model": reply.model, "input_tokens": reply.usage.input_tokens})


@scorer(
    returns="json",
    config_schema={
        "type": "object",
        "properties": {
            "url": {"type": "string"},
            "method": {"type": "string", "default": "GET"},
            "body": {"type": "string"},
        },
        "required": ["url"],
        "additionalProperties": False,
    },
)
def fetches(config: dict[str, Any]) -> Feedback:
    """Sends an HTTP request."""
    response = http.request(
        config["method"], config["url"], headers={"x-conformance": "yes"}, body=config.get("body", "")
    )
    return Feedback(
        {"status": response.status, "body": response.text(), "content_type": response.header("content-type")}
    )


@scorer(returns="boolean", config_schema=ANY_CONFIG)
def spans() -> bool:
    """Records spans."""
    return _record()


def _record() -> bool:
    with tracing.span("outer", "CHAIN", inputs={"q": 1}):
        with tracing.span("inner", "LLM") as inner:
            inner.set_attribute("gen_ai.request.model", "m")
            inner.set_attribute("gen_ai.usage.input_tokens", 3)
            inner.set_outputs({"a": "b"})
        tracing.span("broken", "TOOL").fail("it broke")
    return True


@scorer(returns="boolean", config_schema=ANY_CONFIG)
def logs() -> bool:
    """Writes log messages."""
    for level in log.LEVELS:
        log.log(level, f"{level} ünïcödé \0 end")
    return True


@scorer(requires=["inputs"], uses=["outputs"], returns="integer", config_schema=ANY_CONFIG)
def turns(turns: list[Example]) -> Feedback:
    """Counts the turns of a conversation."""
    return Feedback(len(turns), metadata={"ids": [turn.id for turn in turns]})


@predictor(name="echo", config_schema=ANY_CONFIG)
def echo_inputs(inputs: Any, config: dict[str, Any]) -> dict[str, Any]:
    """The inputs as they came."""
    return {"config": config, "inputs": inputs}


@predictor(name="fails", config_schema=FAILURE)
def fails_to_predict(config: dict[str, Any]) -> None:
    """Fails as told."""
    how = config["how"]
    if how in ERRORS:
        raise ERRORS[how](config.get("message", ""))
    raise InvalidConfig(f"how: `{how}` is none of the ways to fail")


@predictor(name="spans", config_schema=ANY_CONFIG)
def records_spans() -> bool:
    """Records spans."""
    return _record()
