"""Writes messages to the standard error."""

from __future__ import annotations

import sys

from scorebox._native import state


def log(level: str, message: str) -> None:
    """Writes one message."""
    recording = state.recording.get()
    if recording is not None:
        recording.messages.append((level, message))
    print(f"[{level}] {message}", file=sys.stderr)
