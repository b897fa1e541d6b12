"""Waiting for what other threads and processes do."""

from collections.abc import Callable
from threading import Event
from time import monotonic

PATIENCE_S = 120.0


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Returns as soon as something is so; fails the test when it takes two minutes."""
    give_up_at = monotonic() + PATIENCE_S
    while not is_so():
        assert monotonic() < give_up_at, f"in vain waited {PATIENCE_S} s until {what}"
        Event().wait(0.02)
