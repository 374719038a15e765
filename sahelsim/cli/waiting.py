"""What the long commands share: how many processes they may use, and a bar that shows how far they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

__all__ = ["Progress", "cores", "prepare_kernels", "progress_bar"]

Progress = Callable[[int, int], None]
"""Called with what is done and what there is in all."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def progress_bar(console: Console, title: str, *, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar on the console; nothing when quiet or not a terminal."""
    if quiet or not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def prepare_kernels(console: Console, *, quiet: bool) -> None:
    """Compile the kernels on all cores if that has not been done, and say why nothing moves meanwhile."""
    from sahelsim.accelerate import kernel_directory
    from sahelsim.warmup import fill_cache, is_cold

    if is_cold():
        if not quiet and console.is_terminal:
            console.print("compiling the kernels (once; some 15 to 40 seconds) …")
        fill_cache(cores())
    elif kernel_directory() is None and not quiet and not os.environ.get("NUMBA_DISABLE_JIT"):
        console.print(
            "compiled kernels cannot be kept, as neither the cache nor the temporary directory can be written: "
            "every run compiles them anew; set NUMBA_CACHE_DIR to a directory that can be"
        )
