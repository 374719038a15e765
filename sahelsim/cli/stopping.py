"""Ctrl-C and SIGTERM become one exception, so that whatever is open is closed and taken back on the way out."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Stopped", "stop_signals"]

_NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Stopped(BaseException):
    """The user or the system asked the program to end. Not an `Exception`: nobody shall swallow it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"stopped by {_NAMES.get(signal.Signals(number), str(number))}; nothing half-written is left")

    @property
    def exit_code(self) -> int:
        """128 and the number of the signal, as shells have it: 130 or 143."""
        return 128 + self.number


@contextmanager
def stop_signals() -> Iterator[None]:
    """Within the block SIGINT and SIGTERM raise `Stopped`, once; forked children keep the system's own behaviour."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    owner = os.getpid()

    def stop(number: int, _frame: FrameType | None) -> None:
        if os.getpid() != owner:
            os._exit(128 + number)
        for each in _NAMES:
            signal.signal(each, signal.SIG_IGN)  # the way out is not interrupted a second time
        raise Stopped(number)

    before = {each: signal.signal(each, stop) for each in _NAMES}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
