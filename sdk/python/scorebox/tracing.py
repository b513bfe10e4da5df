"""Records what a plugin does as spans of the example's trace.

    with tracing.span("search", "RETRIEVER", inputs={"query": query}) as span:
        documents = look_up(query)
        span.set_outputs(documents)

In tests nothing is recorded, except by `scorebox.testing.recording`.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final, Literal, TypeAlias, get_args

from scorebox._json import MISSING, checked_text, write_json

if sys.platform == "wasi":
    from scorebox._guest import tracing as _host
else:
    from scorebox._native import tracing as _host

SpanKind: TypeAlias = Literal[
    "LLM",
    "CHAT_MODEL",
    "CHAIN",
    "AGENT",
    "TOOL",
    "RETRIEVER",
    "EMBEDDING",
    "PARSER",
    "RERANKER",
    "MEMORY",
    "GUARDRAIL",
    "EVALUATOR",
    "TASK",
    "UNKNOWN",
]
"""What a span stands for, as MLflow names it."""

KINDS: Final = get_args(SpanKind)


class OpenSpan:
    """A span that has started. As a context manager it ends with its block; an exception is its error."""

    def __init__(self, span_id: str) -> None:
        self.id: Final = span_id
        """The span's id, for `Feedback.span_id`."""
        self._outputs: object = MISSING
        self._is_ended = False

    def set_attribute(self, name: str, value: object) -> None:
        """Adds an attribute; OpenTelemetry's GenAI names, such as `gen_ai.request.model`, are understood by reports."""
        _host.set_attribute(self.id, checked_text(name, "the name"), write_json(value, "the attribute"))

    def set_outputs(self, outputs: object) -> None:
        """Sets what the step gave."""
        self._outputs = outputs

    def end(self, outputs: object = MISSING) -> None:
        """Ends the span, with what the step gave."""
        if outputs is not MISSING:
            self._outputs = outputs
        self._end(None)

    def fail(self, error: str) -> None:
        """Ends the span with an error."""
        self._end(checked_text(error, "the error"))

    def _end(self, error: str | None) -> None:
        if not self._is_ended:
            outputs = None if self._outputs is MISSING else write_json(self._outputs, "the outputs")
            self._is_ended = True
            _host.end_span(self.id, error, outputs)

    def __enter__(self) -> OpenSpan:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        if exception is None:
            self._end(None)
        else:
            text = str(exception)
            name = type(exception).__name__
            self.fail(f"{name}: {text}" if text else name)


def span(name: str, kind: SpanKind = "UNKNOWN", inputs: object = MISSING) -> OpenSpan:
    """Starts a span inside the innermost one that is still open. `inputs` is what the step is given."""
    if kind not in KINDS:
        raise ValueError(f"`{kind}` is none of the kinds of spans: {', '.join(KINDS)}")
    text = None if inputs is MISSING else write_json(inputs, "the inputs")
    return OpenSpan(_host.start_span(checked_text(name, "the name"), kind, text))
