"""Records spans through the host."""

from wit_world.imports import tracing as _host

_OK = _host.SpanStatus_Ok()


def start_span(name: str, kind: str, inputs: str | None) -> str:
    """Starts a span, and answers its id."""
    return _host.start_span(name, _host.SpanKind[kind], inputs)


def set_attribute(span_id: str, name: str, value: str) -> None:
    """Adds an attribute to a span."""
    _host.set_attributes(span_id, [(name, value)])


def end_span(span_id: str, error: str | None, outputs: str | None) -> None:
    """Ends a span."""
    _host.end_span(span_id, _OK if error is None else _host.SpanStatus_Error(error), outputs)
