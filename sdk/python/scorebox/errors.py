"""Why a call gives no result. Raise one of these; every other exception becomes `Failed`, with its traceback."""

from __future__ import annotations


class PluginError(Exception):
    """What the host records on the row. The text reaches it unchanged; the run goes on."""

    def __init__(self, text: object) -> None:
        # Often an exception: `raise Failed(error)`.
        self.text = str(text)
        super().__init__(self.text)

    # `KeyError`, a base of one of these, shows the representation of its argument.
    def __str__(self) -> str:
        return self.text


class InvalidConfig(PluginError):
    """The config does not fit: says which setting, and what would."""


class MissingField(PluginError, KeyError):
    """The example lacks the field that the text names by its path, such as `expectations.expected_response`."""


class Unsupported(PluginError):
    """The example is well-formed but of a kind that is not handled, for instance an image."""


class Failed(PluginError):
    """Anything else that went wrong."""
