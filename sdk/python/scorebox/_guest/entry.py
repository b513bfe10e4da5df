"""The beginning of a component, while it is built: loads the plugin's module, and says what is wrong with it."""

import importlib
import os
import sys
from collections.abc import Sequence

from scorebox._plugin import Plugin
from scorebox._traceback import formatted, keep_sources


def load(name: str, exports: Sequence[str]) -> dict[str, type]:
    """The classes that a component exports. `exports` is what plugin.toml says."""
    try:
        plugin = _open_plugin(name, exports)
    except Exception as exception:
        raise SystemExit(formatted(exception)) from None
    classes: dict[str, type] = {}
    if "scorers" in exports:
        from scorebox._guest.scorers import scorers

        classes["Scorers"] = scorers(plugin)
    if "predictors" in exports:
        from scorebox._guest.predictors import predictors

        classes["Predictors"] = predictors(plugin)
    return classes


def _open_plugin(name: str, exports: Sequence[str]) -> Plugin:
    roots = [path for path in sys.path if path]
    keep_sources(roots, ())
    module = importlib.import_module(name)
    keep_sources(roots, _files_of_plugin(name, str(module.__file__)))
    plugin = Plugin(module)
    for interface, offered, decorator in (
        ("scorers", plugin.scorers, "@scorer"),
        ("predictors", plugin.predictors, "@predictor"),
    ):
        if interface in exports and not offered:
            raise SystemExit(
                f'plugin.toml says that the plugin exports "{interface}", but no name at the top of the module {name} '
                f"stands for a function with {decorator}"
            )
        if offered and interface not in exports:
            raise SystemExit(
                f"{name} holds functions with {decorator} ({', '.join(offered)}): "
                f'add "{interface}" to exports in plugin.toml'
            )
    return plugin


def _files_of_plugin(name: str, file: str) -> list[str]:
    """The sources whose lines tracebacks show: those of the plugin, not those of what it uses."""
    folder = os.path.dirname(file) + os.sep
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return sorted(file for file in files if file and file.startswith(folder))

