"""Files are forced to disk on a thread while the next runs are computed: the disk's answer is waited for later.

They are made and written between the runs: a thread that did so would contend with them for the interpreter.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from sahelsim.sweep.files import Aside, put_all

__all__ = ["WriteBehind"]


class WriteBehind:
    """Files of one chunk at a time, in the order in which they were begun. At the end of the block all are in place."""

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

    def put(self, files: Sequence[Aside]) -> None:
        """Begin to put files in their places; those before them are there already."""
        self._pool = self._pool or ThreadPoolExecutor(1)
        self._under_way = self._pool.submit(put_all, files)

    def finish(self) -> None:
        """Wait for the files that are under way; what went wrong with them is raised here."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()
