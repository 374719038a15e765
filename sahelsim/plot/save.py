"""Putting a figure on disk: written to a temporary sibling, synced and renamed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "check_formats", "make_folder", "save_figure"]

FORMATS = ("png", "pdf", "svg")
DOTS_PER_INCH = 300


def check_formats(formats: Sequence[str]) -> None:
    """Refuse formats that cannot be written, and an empty list of them."""
    if not formats or isinstance(formats, str):
        raise BadInput(f"expected one or more of {', '.join(FORMATS)}, got {formats!r}", path="formats")
    for name in formats:
        if name not in FORMATS:
            raise BadInput(f"expected one of {', '.join(FORMATS)}, got '{name}'", path="formats")


def make_folder(folder: str | Path) -> Path:
    """The folder for figures, made if it is not there.

    Raises
    ------
    BadInput
        It is a file or cannot be written.
    """
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot hold the figures: {error.strerror or error}", file=path, path="--out") from None
    return path


def save_figure(figure: Figure, path: Path, title: str) -> Path:
    """Write a figure in the format that the ending of `path` names; the same figure gives the same PNG bytes.

    Raises
    ------
    BadInput
        The file cannot be written.
    """
    kind = path.suffix.removeprefix(".")
    undated: dict[str, Any] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(kind, {})
    temporary = path.with_name(f".{path.name}.unfinished")
    try:
        with temporary.open("wb") as stream:
            figure.savefig(stream, format=kind, dpi=DOTS_PER_INCH, metadata={"Title": title} | undated)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror or error}", file=path, path="--out") from None
    finally:
        temporary.unlink(missing_ok=True)
    return path
