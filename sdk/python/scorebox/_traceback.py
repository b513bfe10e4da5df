"""Exceptions as the author of a plugin wants to read them: type, message, and the traceback of their own code."""

from __future__ import annotations

import importlib
import linecache
import os
import sys
import traceback
from collections.abc import Iterable
from typing import Final

from scorebox.errors import Failed, PluginError

_SDK: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep

# How the files of the import system begin, which calls the plugin's module while it is built.
_NOT_OF_PLUGIN: Final = (_SDK, "<frozen importlib", os.path.dirname(importlib.__file__) + os.sep)

_SHOWN_BEGINNING: Final = 3000
_SHOWN_END: Final = 9000

_roots: list[str] = []


def keep_sources(roots: Iterable[str], files: Iterable[str]) -> None:
    """Reads sources while they can be read, so that tracebacks show lines where there are no files.

    File names are shown relative to the first root that they lie in.
    """
    _roots[:] = [os.path.abspath(root) + os.sep for root in roots]
    for file in files:
        lines = linecache.getlines(file)
        if lines:
            # Without a time, `linecache` does not look whether the file has changed, or is there at all.
            linecache.cache[file] = (sum(map(len, lines)), None, lines, file)


def as_plugin_error(exception: BaseException) -> PluginError:
    """A typed error as it is; `Failed`, with the traceback, for every other exception."""
    if isinstance(exception, PluginError):
        return exception
    text = str(exception.msg if isinstance(exception, SyntaxError) else exception)
    name = type(exception).__qualname__
    return Failed(f"{name}: {_shortened(text)}{_hint(exception)}\n{formatted(exception)}")


def _hint(exception: BaseException) -> str:
    if isinstance(exception, ModuleNotFoundError) and sys.platform == "wasi":
        return " (modules are found while the plugin is built, not later: import at the top of the file)"
    return ""


def formatted(exception: BaseException) -> str:
    """The traceback of an exception, as Python prints it: of the plugin's own frames."""
    tidy = traceback.TracebackException(type(exception), exception, exception.__traceback__)
    _tidy(tidy)
    return _shortened("".join(tidy.format()).rstrip())


def _shortened(text: str) -> str:
    """The beginning and the end of a text that is longer than anybody reads."""
    if len(text) <= _SHOWN_BEGINNING + _SHOWN_END:
        return text
    return f"{text[:_SHOWN_BEGINNING]}\n  […]\n{text[-_SHOWN_END:]}"


def _tidy(whole: traceback.TracebackException) -> None:
    """Leaves the SDK's frames out and names files as their author does, in the exceptions that led to this one too."""
    seen: set[int] = set()
    pending: list[traceback.TracebackException | None] = [whole]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.stack[:] = [frame for frame in current.stack if not frame.filename.startswith(_NOT_OF_PLUGIN)]
        for frame in current.stack:
            frame.filename = _relative(frame.filename)
        # Where a syntax error is.
        if getattr(current, "filename", None):
            current.filename = _relative(current.filename)
        pending.extend((current.__cause__, current.__context__))
        # Groups of exceptions are there from Python 3.11 on.
        pending.extend(getattr(current, "exceptions", None) or ())


def _relative(file: str) -> str:
    for root in _roots:
        if file.startswith(root):
            return file[len(root) :]
    return file
