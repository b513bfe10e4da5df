"""Asks models through the host."""

from collections.abc import Sequence

from componentize_py_types import Err, Ok

from scorebox import llm
from scorebox._json import write_json

try:
    from wit_world.imports import llm as _host
except ImportError:
    raise ImportError('this plugin asks models: add imports = ["llm"] to plugin.toml') from None

_ERRORS: dict[type, type[llm.ModelError]] = {
    _host.LlmError_Denied: llm.Denied,
    _host.LlmError_OverBudget: llm.OverBudget,
    _host.LlmError_InvalidRequest: llm.InvalidRequest,
    _host.LlmError_Unavailable: llm.Unavailable,
    _host.LlmError_InvalidReply: llm.InvalidReply,
    _host.LlmError_Timeout: llm.Timeout,
}
_REASONS: dict[_host.FinishReason, llm.FinishReason] = {
    _host.FinishReason.STOP: "stop",
    _host.FinishReason.LENGTH: "length",
    _host.FinishReason.TOOL_CALLS: "tool-calls",
    _host.FinishReason.CONTENT_FILTER: "content-filter",
    _host.FinishReason.OTHER: "other",
}


def complete(request: llm.Request) -> llm.Reply:
    """Asks once."""
    try:
        return _received(_host.complete(_sent(request)))
    except Err as error:
        raise _failure(error.value) from None


def complete_all(requests: Sequence[llm.Request]) -> list[llm.Reply | llm.ModelError]:
    """Asks several times at once."""
    replies = _host.complete_all([_sent(request) for request in requests])
    return [_received(reply.value) if isinstance(reply, Ok) else _failure(reply.value) for reply in replies]


def embed(model: str, texts: Sequence[str]) -> llm.Embeddings:
    """Embeds texts."""
    try:
        reply = _host.embed(model, list(texts))
    except Err as error:
        raise _failure(error.value) from None
    return llm.Embeddings(reply.vectors, _usage(reply.usage), reply.model)


def _sent(request: llm.Request) -> _host.ChatRequest:
    return _host.ChatRequest(
        model=request.model,
        messages=[_message(message) for message in request.messages],
        temperature=None if request.temperature is None else float(request.temperature),
        max_tokens=request.max_tokens,
        seed=request.seed,
        response_schema=_json(request.response_schema),
        tools=[_tool(tool) for tool in request.tools],
        parameters=_json(request.parameters),
    )


def _json(value: object) -> str | None:
    return None if value is None else write_json(value, "the request")


def _tool(tool: llm.Tool) -> _host.Tool:
    return _host.Tool(tool.name, tool.description, write_json(tool.parameters, "the request"))


def _message(message: llm.Message) -> _host.Message:
    calls = [_host.ToolCall(call.id, call.name, call.arguments) for call in message.tool_calls]
    return _host.Message(_host.Role[message.role.upper()], message.content, calls, message.tool_call_id)


def _received(reply: _host.ChatResponse) -> llm.Reply:
    return llm.Reply(
        text=reply.text,
        tool_calls=[llm.ToolCall(call.id, call.name, call.arguments) for call in reply.tool_calls],
        usage=_usage(reply.usage),
        model=reply.model,
        finish_reason=_REASONS[reply.finish_reason],
    )


def _usage(usage: _host.Usage) -> llm.Usage:
    return llm.Usage(usage.input_tokens, usage.output_tokens)


def _failure(error: _host.LlmError) -> llm.ModelError:
    return _ERRORS[type(error)](error.value)
