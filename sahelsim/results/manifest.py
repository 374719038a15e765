"""manifest.json: what was run, with what, on what, and what came out."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario


__all__ = ["FORMAT", "FORMAT_VERSION", "describe_file", "hash_of", "inputs_of", "machine", "versions"]

FORMAT = "sahelsim-run"
FORMAT_VERSION = 2
"""1: without ids of decisions, flows, accounts, budgets and katibas."""

_LIBRARIES = (
    "numpy",
    "numba",
    "llvmlite",
    "scipy",
    "pandas",
    "pyarrow",
    "xarray",
    "zarr",
    "pydantic",
    "ruamel.yaml",
)


def hash_of(path: Path) -> str:
    """SHA-256 of a file; of a directory that of its files' relative paths and hashes, in order of path."""
    if path.is_dir():
        digest = hashlib.sha256()
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            digest.update(f"{file.relative_to(path).as_posix()} {hash_of(file)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def describe_file(path: Path) -> dict[str, Any]:
    """Size in bytes, number of files (for a directory) and hash."""
    if not path.is_dir():
        return {"bytes": path.stat().st_size, "sha256": hash_of(path)}
    files = [p for p in path.rglob("*") if p.is_file()]
    return {"bytes": sum(p.stat().st_size for p in files), "files": len(files), "sha256": hash_of(path)}


def inputs_of(scenario: Scenario, files: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Files that went in, by name: scenario files as the user named them, and the region's tables."""
    from sahelsim.scenario.region_spec import TablesRegion

    inputs = {str(path): describe_file(Path(path)) for path in files}
    if isinstance(scenario.region, TablesRegion):
        folder = _region_folder(scenario.region.tables)
        for path in sorted(p for p in folder.iterdir() if p.is_file()):
            inputs[f"region/{folder.name}/{path.name}"] = describe_file(path)
    return inputs


def _region_folder(name_or_path: str) -> Path:
    """Folder of a region: packaged by name, else the user's own."""
    packaged = Path(__file__).parent.parent / "region" / name_or_path
    return packaged if (packaged / "region.toml").is_file() else Path(name_or_path)


def versions() -> dict[str, Any]:
    """The package (with its commit when run from a checkout), Python, and the libraries it used."""
    found: dict[str, Any] = {
        "sahelsim": _version("sahelsim"),
        "commit": _commit(),
        "python": platform.python_version(),
    }
    return found | {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Commit of the package's own checkout, with "+" when files differ from it; None elsewhere."""
    package = Path(__file__).resolve().parent.parent
    if not (package.parent / ".git").exists():
        return None
    try:
        head = _git(package.parent, "rev-parse", "HEAD")
        changed = _git(package.parent, "status", "--porcelain", "--untracked-files=no", "--", package.name)
    except (OSError, subprocess.SubprocessError):
        return None
    return head + ("+" if changed else "")


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def machine() -> dict[str, Any]:
    """Kind of computer; nothing that names it."""
    return {
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": sys.implementation.name,
        "byteorder": sys.byteorder,
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
