"""Messages for the person who runs the evaluation. They are kept with the row, up to a cap, and change no result.

In tests they go to the standard error; `scorebox.testing.recording` keeps them.
"""

from __future__ import annotations

import sys
from typing import Final, Literal, TypeAlias, get_args

from scorebox._json import checked_text

if sys.platform == "wasi":
    from scorebox._guest import log as _host
else:
    from scorebox._native import log as _host

Level: TypeAlias = Literal["trace", "debug", "info", "warn", "error"]
"""How much a message matters."""

LEVELS: Final = get_args(Level)


def log(level: Level, message: str) -> None:
    """Writes a message of any level."""
    if level not in LEVELS:
        raise ValueError(f"`{level}` is none of the levels {', '.join(LEVELS)}")
    _host.log(level, checked_text(message, "the message"))


def trace(message: str) -> None:
    """Writes a message about a detail."""
    log("trace", message)


def debug(message: str) -> None:
    """Writes a message that helps to find out what happened."""
    log("debug", message)


def info(message: str) -> None:
    """Writes a message that is worth knowing."""
    log("info", message)


def warn(message: str) -> None:
    """Writes a message about something that looks wrong."""
    log("warn", message)


def error(message: str) -> None:
    """Writes a message about something that is wrong."""
    log("error", message)
