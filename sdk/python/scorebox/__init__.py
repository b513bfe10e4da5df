"""Write Scorebox scorers and predict functions in Python: plain functions, tested natively, run in a sandbox."""

from typing import TYPE_CHECKING

from scorebox._json import MISSING, Missing, RawJson, raw_json
from scorebox._predictor import Predictor, predictor
from scorebox._scorer import Scorer, scorer
from scorebox.errors import Failed, InvalidConfig, MissingField, PluginError, Unsupported
from scorebox.example import Example, Object
from scorebox.feedback import Feedback
from scorebox.trace import Span, Trace

if TYPE_CHECKING:
    from scorebox.judging import judge as judge

__all__ = [
    "MISSING",
    "Example",
    "Failed",
    "Feedback",
    "InvalidConfig",
    "Missing",
    "MissingField",
    "Object",
    "PluginError",
    "Predictor",
    "RawJson",
    "Scorer",
    "Span",
    "Trace",
    "Unsupported",
    "judge",
    "predictor",
    "raw_json",
    "scorer",
]


def __getattr__(name: str) -> object:
    # Judges ask models, and only a plugin that imports `llm` has them: the module is loaded when it is wanted.
    if name == "judge":
        from scorebox.judging import judge

        return judge
    raise AttributeError(f"module 'scorebox' has no attribute {name!r}")
