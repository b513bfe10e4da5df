"""Models, reached through the host: it holds the keys, picks the provider, retries, and keeps the budget.

    reply = llm.complete("judge", f"Is this answer polite? Answer with yes or no.\\n\\n{outputs}", temperature=0.0)

A plugin that asks models says so in plugin.toml: `imports = ["llm"]`. In tests there is no host to ask: every call is
`Denied`, unless `scorebox.testing.answer_models` plays the model.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeAlias

from scorebox._json import checked_text, read_json, write_json
from scorebox.errors import Failed

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
"""Who says a message."""

FinishReason: TypeAlias = Literal["stop", "length", "tool-calls", "content-filter", "other"]
"""Why a reply ended."""

ModelName: TypeAlias = Annotated[str, {"format": "scorebox-model", "minLength": 1}]
"""A model alias in a config. By its schema the host knows before the first row which models a plugin will ask, and
checks that they are there, granted, and have their keys. A `str` works too, but only fails at the first call."""


class ModelError(Failed):
    """Why there is no reply."""

    kind = "failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"model: {self.kind}: {reason}")
        self.reason: Final = reason


class Denied(ModelError):
    """The operator did not grant this; the text says which rule, and how to grant it."""

    kind = "denied"


class OverBudget(ModelError):
    """The request would exceed the budget of the call, the scorer or the run."""

    kind = "over budget"


class InvalidRequest(ModelError):
    """The request itself is wrong: an empty conversation, a schema that is none."""

    kind = "invalid request"


class Unavailable(ModelError):
    """The provider could not be reached, or kept failing."""

    kind = "unavailable"


class InvalidReply(ModelError):
    """The reply does not satisfy the schema, after one attempt at repair."""

    kind = "invalid reply"


class Timeout(ModelError):
    """The deadline passed."""

    kind = "timeout"


@dataclass
class ToolCall:
    """A tool that the model wants called."""

    id: str
    """Ties the result to the call."""
    name: str
    """The tool's name."""
    arguments: str
    """The arguments, a JSON object as text."""

    def parsed_arguments(self) -> Any:
        """The arguments as a Python value."""
        return _parsed(self.arguments)


@dataclass
class Message:
    """One message of a conversation with a model."""

    role: Role
    """Who says it."""
    content: str
    """The text; may be empty when there are tool calls."""
    tool_calls: Sequence[ToolCall] = ()
    """The tool calls of an assistant's message."""
    tool_call_id: str | None = None
    """For a tool's message: the id of the call that it answers."""


@dataclass
class Tool:
    """A tool that the model may ask for."""

    name: str
    """The tool's name."""
    description: str
    """What it does, for the model to read."""
    parameters: Mapping[str, Any]
    """A JSON Schema for its arguments."""


@dataclass
class Request:
    """One request to a chat model."""

    model: str
    """A model alias, such as `judge`, that the operator maps to a provider and a model."""
    messages: Sequence[Message]
    """The conversation so far."""
    temperature: float | None = None
    """Sampling temperature; `None` leaves it to the provider."""
    max_tokens: int | None = None
    """The most tokens that the reply may have; `None` leaves it to the operator."""
    seed: int | None = None
    """Asks the provider for repeatable sampling, where it can."""
    response_schema: Mapping[str, Any] | None = None
    """A JSON Schema that the reply's text must satisfy."""
    tools: Sequence[Tool] = ()
    """The tools that the model may ask for."""
    parameters: Mapping[str, Any] | None = None
    """Further inference parameters, passed on to the provider as they are."""

    def complete(self) -> Reply:
        """Asks the model."""
        _check(self)
        return _host.complete(self)


@dataclass
class Usage:
    """What a request used up."""

    input_tokens: int = 0
    """Tokens read."""
    output_tokens: int = 0
    """Tokens written."""


@dataclass
class Reply:
    """A model's reply. Without the host, in tests, a text is enough."""

    text: str
    """The text; JSON that satisfies the schema when the request had one."""
    tool_calls: Sequence[ToolCall] = ()
    """The tools that the model asks for."""
    usage: Usage = field(default_factory=Usage)
    """What the request used up."""
    model: str = "test"
    """The model that answered, as the provider names it."""
    finish_reason: FinishReason = "stop"
    """Why the reply ended."""

    def json(self) -> Any:
        """Reads the text as JSON."""
        return _parsed(self.text)


@dataclass
class Embeddings:
    """Vectors for a list of texts."""

    vectors: Sequence[Sequence[float]]
    """One vector for each text, in order."""
    usage: Usage = field(default_factory=Usage)
    """What the request used up."""
    model: str = "test"
    """The model that answered, as the provider names it."""


def complete(
    model: str,
    messages: str | Sequence[Message],
    *,
    system: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    seed: int | None = None,
    response_schema: Mapping[str, Any] | None = None,
    tools: Sequence[Tool] = (),
    parameters: Mapping[str, Any] | None = None,
) -> Reply:
    """Asks a model once. A text stands for one message of the user; `system` is put before the messages."""
    return request(
        model,
        messages,
        system=system,
        temperature=temperature,
        max_tokens=max_tokens,
        seed=seed,
        response_schema=response_schema,
        tools=tools,
        parameters=parameters,
    ).complete()


def request(model: str, messages: str | Sequence[Message], *, system: str | None = None, **options: Any) -> Request:
    """A request, for `complete_all`. The arguments are those of `complete`."""
    conversation = [Message("user", messages)] if isinstance(messages, str) else list(messages)
    if system is not None:
        conversation.insert(0, Message("system", system))
    return Request(model, conversation, **options)


def complete_all(requests: Sequence[Request]) -> list[Reply | ModelError]:
    """Asks several times at once and answers in the order of the requests, with an error where there is no reply."""
    for each in requests:
        _check(each)
    return _host.complete_all(requests)


def embed(model: str, texts: Sequence[str]) -> Embeddings:
    """Embeds texts with the model behind an alias."""
    for text in (model, *texts):
        checked_text(text, "the request")
    return _host.embed(model, texts)


def _check(request: Request) -> None:
    """Refuses what the contract cannot carry."""
    for text in _texts(request):
        checked_text(text, "the request")
    for name, limit in (("max_tokens", 2**32), ("seed", 2**64)):
        value = getattr(request, name)
        if value is not None and not 0 <= value < limit:
            raise InvalidRequest(f"{name} is {value}, which is not between 0 and {limit - 1}")
    schemas = [tool.parameters for tool in request.tools]
    for value in (request.response_schema, request.parameters, *schemas):
        if value is not None:
            write_json(value, "the request")


def _texts(request: Request) -> Iterator[str]:
    yield request.model
    for message in request.messages:
        yield message.content
        if message.tool_call_id is not None:
            yield message.tool_call_id
        for call in message.tool_calls:
            yield from (call.id, call.name, call.arguments)
    for tool in request.tools:
        yield from (tool.name, tool.description)


def _parsed(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise InvalidReply(str(error)) from None


# Below the types, which both sides speak of.
if sys.platform == "wasi":
    from scorebox._guest import llm as _host
else:
    from scorebox._native import llm as _host
