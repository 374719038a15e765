"""Writing a small text file so that a reader sees all of it or none of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sahelsim.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_parquet", "write_text"]


def write_text(path: Path, text: str, *, replace: bool = False) -> None:
    """Write to a temporary sibling, flush it to the disk and rename it.

    Raises
    ------
    BadInput
        If the file exists and may not be replaced, or cannot be written.
    """
    if path.is_dir():
        raise BadInput("is a directory; expected a file name", file=path)
    if path.exists() and not replace:
        raise BadInput("exists already; it is not overwritten", file=path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror}", file=path) from None
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o666 & ~_umask())
        aside.replace(path)
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror}", file=path) from None
    finally:
        aside.unlink(missing_ok=True)


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table to a temporary sibling, flush it to the disk and rename it; an older one is replaced.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.unfinished")
    try:
        with temporary.open("wb") as stream:
            frame.to_parquet(stream, index=False)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror or error}", file=path) from None
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
