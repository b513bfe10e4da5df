"""Errors of plugins in the contract's types."""

from wit_world.imports import contract_types as _contract

from scorebox._json import checked_text
from scorebox._traceback import as_plugin_error
from scorebox.errors import Failed, InvalidConfig, MissingField, PluginError, Unsupported


def sent_error(exception: BaseException) -> _contract.PluginError:
    """The error that the host gets for an exception, be it such that its own methods raise."""
    try:
        return _sent(as_plugin_error(exception))
    except BaseException:
        # Nothing may leave a handler of exceptions: the instance would end, and with it the other rows of a batch.
        return _contract.PluginError_Failed("an error that cannot be read")


def _sent(error: PluginError) -> _contract.PluginError:
    try:
        text = checked_text(error.text, "the error")
    except Failed as failure:
        return _contract.PluginError_Failed(failure.text)
    kind: type[_contract.PluginError] = _class_of(error)
    return kind(text)


def _class_of(error: PluginError) -> type[_contract.PluginError]:
    if isinstance(error, InvalidConfig):
        return _contract.PluginError_InvalidConfig
    if isinstance(error, MissingField):
        return _contract.PluginError_MissingField
    if isinstance(error, Unsupported):
        return _contract.PluginError_Unsupported
    return _contract.PluginError_Failed
