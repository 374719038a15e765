"""Writing on a thread while the next runs are computed: the disk's answer is waited for later."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

__all__ = ["WriteBehind"]


class WriteBehind:
    """One write at a time, in the order in which they were begun. At the end of the block none is under way."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: Future[None] | None = None

    def __enter__(self) -> WriteBehind:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        if error is None:
            self.finish()

    def begin(self, write: Callable[[], None]) -> None:
        """Begin a write; the one before is finished first, and what it raised is raised here."""
        self.finish()
        self._pool = self._pool or ThreadPoolExecutor(1)
        self._under_way = self._pool.submit(write)

    def finish(self) -> None:
        """Wait for the write that is under way; what it raised is raised here."""
        write, self._under_way = self._under_way, None
        if write is not None:
            write.result()
