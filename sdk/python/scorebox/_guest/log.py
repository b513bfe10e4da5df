"""Writes messages through the host."""

from wit_world.imports import log as _host

_LEVELS = {level.name.lower(): level for level in _host.Level}


def log(level: str, message: str) -> None:
    """Writes one message."""
    _host.log(_LEVELS[level], message)
