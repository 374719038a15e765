"""The manifest of a store, read and looked through before anything is made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from sahelsim.errors import BadInput
from sahelsim.sweep.layout import FORMAT, FORMAT_VERSION
from sahelsim.sweep.schema import Experiment

__all__ = ["PUT_BACK", "experiment_of", "misfit", "read_manifest"]

PUT_BACK = (
    "put a copy of it back, or that of another store of the same experiment: `sahelsim sweep run EXPERIMENT --store "
    "OTHER`, with the same version of the code, writes it before the first run"
)
"""What to do about a file that is written once, when a store is begun. It follows from the experiment alone."""

_WRITERS = ("sahelsim", "commit")  # what tells versions of the program apart
_Count = Annotated[int, Field(ge=1)]


class _Manifest(BaseModel):
    """What a store cannot do without; see `sahelsim.sweep.making`."""

    format_version: int
    name: str
    seed: int
    draws: _Count
    replicates: _Count
    variants: Annotated[dict[str, str], Field(min_length=1)]
    codes: Annotated[list[str], Field(min_length=1)]
    experiment: dict[str, Any]
    outputs: list[tuple[str, Literal["int64", "float64", "bool"], str]]
    versions: dict[str, Any] = {}


def read_manifest(file: Path) -> dict[str, Any]:
    """The content of manifest.json.

    Raises
    ------
    BadInput
        It cannot be read, is of another program or a newer version, or something is missing in it.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"is missing; {PUT_BACK}", file=file) from None
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}", file=file) from None
    except ValueError as error:
        raise BadInput(f"is damaged: {error}; {PUT_BACK}", file=file) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadInput(f"is not the manifest of a sweep (no format {FORMAT!r})", file=file)
    version = content.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BadInput("was written by a newer sahelsim; update to read it", file=file)
    try:
        _Manifest.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        raise misfit(error, content, file) from None
    return content


def experiment_of(manifest: dict[str, Any], file: Path) -> Experiment:
    """The experiment that a manifest holds."""
    try:
        return Experiment.model_validate_json(json.dumps(manifest["experiment"]), strict=True)
    except ValidationError as error:
        raise misfit(error, manifest, file, "experiment") from None


def misfit(error: ValidationError, manifest: dict[str, Any], file: Path, *at: str) -> BadInput:
    """What to say of a file of a store that is not as it should be: damaged, or written by another version.

    Parameters
    ----------
    error : ValidationError
        What is wrong with it.
    manifest : dict
        Of its store.
    file : Path
    *at : str
        Keys that lead to what was looked at.
    """
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in (*at, *first["loc"])) or None
    writer = _other_writer(manifest)
    if writer and first["type"] != "json_invalid":
        return BadInput(
            f"does not fit this version of sahelsim ({first['msg']}), and was written by {writer}. Go on with that "
            "one, or begin anew in another place", file=file, path=key,
        )  # fmt: skip
    said = "is missing" if first["type"] == "missing" else f"is damaged: {first['msg'].splitlines()[0]}"
    return BadInput(f"{said}; {PUT_BACK}", file=file, path=key)


def _other_writer(manifest: dict[str, Any]) -> str | None:
    """The version that wrote a manifest; None if it is this one, or not known."""
    from sahelsim.results.manifest import versions

    wrote, here = manifest.get("versions"), versions()
    if not isinstance(wrote, dict) or all(wrote.get(name) == here[name] for name in _WRITERS):
        return None
    return f"sahelsim {wrote.get('sahelsim')}" + (f", commit {wrote['commit'][:12]}" if wrote.get("commit") else "")
