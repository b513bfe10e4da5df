"""Scorers that misbehave, one way each, and what a Python author needs to read then."""

from __future__ import annotations

import encodings.idna
import os
import random
import socket
import subprocess
import sys
import threading
import time
from typing import Any

from scorebox import Failed, Feedback, raw_json, scorer, tracing


@scorer
def well_behaved() -> bool:
    """Does what it should."""
    return True


@scorer
def loop_forever() -> bool:
    """Never returns."""
    while True:
        pass


@scorer
def memory_bomb() -> int:
    """Takes all memory there is."""
    hoard: list[bytearray] = []
    while True:
        hoard.append(bytearray(1 << 20))


@scorer
def endless_recursion() -> int:
    """Calls itself."""

    def deeper(depth: int) -> int:
        return deeper(depth + 1) + 1

    return deeper(0)


@scorer
def deep_traceback() -> float:
    """Fails in a function of a function."""

    def divide(numerator: float, by: float) -> float:
        return numerator / by

    def average(scores: list[float]) -> float:
        return divide(sum(scores), len(scores))

    return average([])


@scorer
def chained() -> bool:
    """Fails because something else failed."""
    tones: dict[str, str] = {}
    try:
        print(tones["tone"])
    except KeyError as error:
        raise ValueError("no tone") from error
    return True


@scorer
def leaves() -> bool:
    """Wants the whole process to end."""
    sys.exit(3)


@scorer
def aborts() -> bool:
    """Ends the whole process."""
    os.abort()


@scorer
def stderr_flood() -> bool:
    """Writes more to the standard error than anybody reads."""
    for _ in range(2000):
        print("x" * 1000, file=sys.stderr)
    return True


@scorer
def span_flood() -> bool:
    """Records more spans than anybody looks at."""
    for _ in range(5000):
        tracing.span("span").end()
    return True


@scorer
def giant_text() -> str:
    """Returns more than is kept."""
    return "x" * (2 << 20)


@scorer
def giant_error() -> bool:
    """Fails with more words than are kept."""
    raise RuntimeError("x" * (1 << 20))


@scorer
def deep_value() -> Feedback:
    """Returns a value that is nested too deeply to be written."""
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return Feedback(value)


@scorer
def lone_surrogate() -> str:
    """Returns what is no Unicode text."""
    return "\ud800"


@scorer
def lone_surrogate_in_error() -> str:
    """Fails with what is no Unicode text."""
    raise Failed("\udfff")


@scorer
def broken_json() -> Feedback:
    """Returns text that is no JSON."""
    return Feedback(raw_json("{"))


@scorer
def unknown_type() -> Feedback:
    """Returns what has no JSON form."""
    return Feedback({"when": object()})


@scorer
def late_import() -> bool:
    """Imports when it is too late."""
    import wave

    return bool(wave)


@scorer
def reaches(outputs: str) -> str:
    """Tries to reach out of the sandbox, in the way that the outputs say, and says what it met."""
    try:
        return f"reached: {_ATTEMPTS[outputs]()}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def _connect() -> str:
    with socket.create_connection(("127.0.0.1", 80), timeout=1) as connection:
        return str(connection)


def _datagram() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return str(sender.sendto(b"x", ("127.0.0.1", 53)))


def _write() -> str:
    with open("/tmp/scorebox-was-here", "w") as file:
        return str(file.write("x"))


def _thread() -> str:
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()
    return "a thread"


# Sockets look for this encoding by its name, which only finds what is loaded already.
_NEEDED_BY_SOCKETS = encodings.idna

_ATTEMPTS: dict[str, Any] = {
    "file": lambda: open("/etc/passwd").read(),
    "source": lambda: open(__file__).read(),
    "write": _write,
    "list": lambda: os.listdir("/"),
    "environment": lambda: os.environ["HOME"],
    "connect": _connect,
    "datagram": _datagram,
    "resolve": lambda: socket.getaddrinfo("example.com", 80),
    "process": lambda: subprocess.run(["true"]),
    "thread": _thread,
}


@scorer
def chance_and_time() -> Feedback:
    """Says what chance and the clocks give."""
    return Feedback({"random": random.SystemRandom().random(), "time": time.time(), "hash": hash("a")})


_calls = 0


@scorer
def count_calls() -> int:
    """Counts its calls, as far as it can remember."""
    global _calls
    _calls += 1
    return _calls
