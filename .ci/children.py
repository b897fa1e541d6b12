"""Commands run for somebody at the keyboard: on Ctrl-C or a termination they are ended first, then we are."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_S = 60


class StopAskedError(BaseException):
    """Somebody asked us to stop. Not an Exception: nothing but the way out may catch it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        """What a shell answers for a command that a signal ended."""
        return 128 + self.signal_number


def stop_on_signals() -> None:
    """From now on the first signal to stop raises StopAskedError; later ones do not disturb the cleaning up."""
    for number in STOP_SIGNALS:
        signal.signal(number, ask_to_stop)


def ask_to_stop(signal_number: int, _frame: FrameType | None) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise StopAskedError(signal_number)


def run_child(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
) -> int:
    """Runs a command to its end and answers its exit code."""
    with child(command, environment, stop_with) as process:
        return process.wait()


@contextmanager
def child(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """A running command, ended with this block together with everything it started.

    It has a session of its own, so that a Ctrl-C reaches it through us, once. `stop_with` is the signal on which it
    cleans up after itself.
    """
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        yield process
    finally:
        if process.poll() is None:
            end(process, stop_with)


def end(process: subprocess.Popen[bytes], stop_with: signal.Signals) -> None:
    process.send_signal(stop_with)
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
