"""The manifest of a store, read and looked through before anything is made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from sahelsim.errors import BadInput
from sahelsim.sweep.layout import FORMAT, FORMAT_VERSION
from sahelsim.sweep.schema import Experiment

__all__ = ["PUT_BACK", "experiment_of", "read_manifest"]

PUT_BACK = (
    "put a copy of it back, or that of another store of the same experiment: `sahelsim sweep run EXPERIMENT --store "
    "OTHER`, with the same version of the code, writes it before the first run"
)
"""What to do about a file that is written once, when a store is begun. It follows from the experiment alone."""

_Model = TypeVar("_Model", bound=BaseModel)
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
    _require(_Manifest, content, file)
    return content


def experiment_of(manifest: dict[str, Any], file: Path) -> Experiment:
    """The experiment that a manifest holds."""
    return _require(Experiment, manifest["experiment"], file, "experiment")


def _require(model: type[_Model], content: dict[str, Any], file: Path, at: str | None = None) -> _Model:
    try:
        return model.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in ((at,) if at else ()) + first["loc"])
        said = "is missing" if first["type"] == "missing" else f"is damaged: {first['msg']}"
        raise BadInput(f"{said}; {PUT_BACK}", file=file, path=key) from None
