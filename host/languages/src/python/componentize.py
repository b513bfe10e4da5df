"""Runs componentize-py, and says of its errors what the author of a plugin can use."""

import sys

from componentize_py import script

try:
    sys.exit(script())
except AssertionError as error:
    # The error's own text ends where the tool's backtrace begins.
    sys.exit(str(error).split("\n\nCaused by:", 1)[0].split("\n\nStack backtrace:", 1)[0])
