"""What the parameters of a function say about it."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any, Final

from scorebox.feedback import ValueKind

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

_KINDS: Final[dict[object, ValueKind]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
    dict: "json",
}


class Signature:
    """The parameters of a function by name: whether each has a default, and its annotation."""

    def __init__(self, function: Callable[..., Any], known: Sequence[str]) -> None:
        self.where: Final = f"{function.__module__}.{function.__qualname__}"
        self.has_default: Final[dict[str, bool]] = {}
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{self.where} is async: write a plain function, the host sees to what runs at once")
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                raise TypeError(f"{self.where}: the parameter `{parameter}` has to be passed by its name")
            if parameter.name not in known:
                names = ", ".join(known)
                raise TypeError(f"{self.where}: the parameter `{parameter.name}` is none of {names}")
            self.has_default[parameter.name] = parameter.default is not parameter.empty
        self._hints = _hints(function)

    def annotation(self, name: str) -> object:
        """The annotation of a parameter, or of the result, which is called `return`."""
        return self._hints.get(name)

    def returns(self) -> ValueKind:
        """The kind of value that the annotation of the result promises."""
        annotation = self.annotation("return")
        if typing.get_origin(annotation) in (typing.Union, types.UnionType):
            kinds = {_kind(argument) for argument in typing.get_args(annotation) if argument is not type(None)}
            return kinds.pop() if len(kinds) == 1 else "varies"
        return _kind(annotation)


def _kind(annotation: object) -> ValueKind:
    plain = typing.get_origin(annotation) or annotation
    return _KINDS.get(plain, "varies") if isinstance(plain, type) else "varies"


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError:
        # Names that are imported for type checkers only; what they annotate is then unknown here too.
        return {}


def summary_of(function: Callable[..., Any]) -> str:
    """The first paragraph of a docstring, on one line."""
    paragraph = (inspect.getdoc(function) or "").split("\n\n", 1)[0]
    return " ".join(paragraph.split())


def checked_name(name: str) -> str:
    """The name, if the contract allows it."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"the name `{name}` cannot be used: a lower-case letter, then lower-case letters, digits and `_`, at most "
            "64 characters; give another with name=…"
        )
    return name
