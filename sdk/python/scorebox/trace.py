"""How an answer came about: the spans of one request."""

from __future__ import annotations

from typing import Any

from scorebox._json import received_json


class Span(dict[str, Any]):
    """One step of a trace, as it is in JSON. Times are nanoseconds since the Unix epoch."""

    __slots__ = ()

    @property
    def span_id(self) -> str:
        """Names the span within its trace."""
        return str(self["span_id"])

    @property
    def parent_span_id(self) -> str | None:
        """The span that this one is part of; `None` for the root."""
        return self.get("parent_span_id")

    @property
    def name(self) -> str:
        """What the step is called."""
        return str(self["name"])

    @property
    def kind(self) -> str:
        """What the step stands for, in MLflow's names: `LLM`, `TOOL`, `RETRIEVER`, …"""
        return str(self.get("kind", "UNKNOWN"))

    @property
    def attributes(self) -> dict[str, Any]:
        """Attributes with OpenTelemetry's names, such as `gen_ai.request.model`."""
        attributes: dict[str, Any] = self.get("attributes") or {}
        return attributes

    @property
    def inputs(self) -> Any:
        """What the step was given; `None` where nobody said."""
        return self.get("inputs")

    @property
    def outputs(self) -> Any:
        """What the step gave; `None` where nobody said."""
        return self.get("outputs")

    @property
    def has_failed(self) -> bool:
        """Whether the step failed."""
        return (self.get("status") or {}).get("code") == "ERROR"

    @property
    def duration_ms(self) -> float | None:
        """How long the step took; `None` where nobody said when it ended."""
        end = self.get("end_time_unix_nano")
        return None if end is None else max(end - self["start_time_unix_nano"], 0) / 1e6


class Trace(dict[str, Any]):
    """The trace of an example, as it is in JSON: `{"trace_id": …, "spans": […]}`."""

    __slots__ = ()

    @property
    def trace_id(self) -> str:
        """Names the trace."""
        return str(self["trace_id"])

    @property
    def spans(self) -> list[Span]:
        """The steps, in the order of their start."""
        return [Span(span) for span in self.get("spans") or ()]

    @property
    def root(self) -> Span | None:
        """The first span that is part of no other."""
        return next((span for span in self.spans if span.parent_span_id is None), None)

    def span(self, span_id: str) -> Span | None:
        """The span with an id."""
        return next((span for span in self.spans if span.span_id == span_id), None)

    def search_spans(self, span_type: str | None = None, name: str | None = None) -> list[Span]:
        """The spans of a kind, with a name, or both."""
        return [
            span
            for span in self.spans
            if (span_type is None or span.kind == span_type) and (name is None or span.name == name)
        ]

    @property
    def duration_ms(self) -> float | None:
        """From the first start to the last end; `None` where no span has ended."""
        spans = self.spans
        ends = [span["end_time_unix_nano"] for span in spans if span.get("end_time_unix_nano") is not None]
        return max(max(ends) - min(span["start_time_unix_nano"] for span in spans), 0) / 1e6 if ends else None


def trace_of(raw: str) -> Any:
    """The trace in a JSON text. What is no object stays as it is."""
    value = received_json(raw)
    return Trace(value) if type(value) is dict else value
