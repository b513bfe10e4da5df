"""What tests have set: the models and the peers that answer, and the recording."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

model: ContextVar[Callable[[Any], Any] | None] = ContextVar("model", default=None)
embedder: ContextVar[Callable[[str, list[str]], Any] | None] = ContextVar("embedder", default=None)
peer: ContextVar[Callable[[Any], Any] | None] = ContextVar("peer", default=None)
recording: ContextVar[Any] = ContextVar("recording", default=None)
