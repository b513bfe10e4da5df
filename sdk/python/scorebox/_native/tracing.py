"""Keeps spans while a test records."""

from __future__ import annotations

from scorebox._native import state


def start_span(name: str, kind: str, inputs: str | None) -> str:
    """Starts a span, and answers its id."""
    recording = state.recording.get()
    return name if recording is None else str(recording.start_span(name, kind, inputs))


def set_attribute(span_id: str, name: str, value: str) -> None:
    """Adds an attribute to a span."""
    recording = state.recording.get()
    if recording is not None:
        recording.set_attribute(span_id, name, value)


def end_span(span_id: str, error: str | None, outputs: str | None) -> None:
    """Ends a span."""
    recording = state.recording.get()
    if recording is not None:
        recording.end_span(span_id, error, outputs)
