"""The state of `random`, which must not lead from one row to the next."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial


def reseeding() -> Callable[[], object] | None:
    """What makes `random` begin anew, before each row. `None` where the plugin does without `random`.

    Asked for once, when the plugin is loaded: nothing is imported later than that. Without it, a row's result would
    depend on the rows that its instance saw before, and on the build, which keeps the state that `random` had then.
    """
    seed = getattr(sys.modules.get("random"), "seed", None)
    return None if seed is None else partial(seed, 0)
