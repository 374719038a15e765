"""Reading a scenario file together with everything it extends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sahelsim.errors import BadInput
from sahelsim.scenario.merge import merge
from sahelsim.scenario.problems import Problem, did_you_mean
from sahelsim.scenario.reader import neighbours, read_file
from sahelsim.scenario.shipped import find_scenario
from sahelsim.scenario.tree import Mapping, Node, Place, Scalar, Sequence

__all__ = ["MAX_CHAIN", "MAX_FILES", "read_chain"]

MAX_CHAIN = 16
MAX_FILES = 64


def read_chain(path: Path, problems: list[Problem]) -> tuple[Mapping, list[Path]]:
    """The file laid over all that it extends, without the key ``extends``.

    Parameters
    ----------
    path : Path
        The file. Its ``extends`` is one path or a list of paths (later ones lie over earlier ones), each relative
        to the file that says so, or the name of a shipped scenario.
    problems : list of Problem
        Faults that do not stop the reading are added here.

    Returns
    -------
    tree : Mapping
    files : list of Path
        Every file that was read, the given one last.

    Raises
    ------
    BadInput
        If a file cannot be read, or the chain runs in a circle or has no end.
    """
    reading = _Reading(problems, [])
    return reading.read(path, ()), reading.files


@dataclass
class _Reading:
    problems: list[Problem]
    files: list[Path]

    def read(self, path: Path, above: tuple[Path, ...]) -> Mapping:
        tree = read_file(path, self.problems)
        extends = tree.entries.pop("extends", None)
        tree.keys.pop("extends", None)
        below: Mapping | None = None
        for name, place in _names(extends):
            base = self._base(path, name, place, (*above, path))
            below = base if below is None else _over(below, base)
        self.files.append(path)
        return tree if below is None else _over(below, tree)

    def _base(self, path: Path, name: str, place: Place, chain: tuple[Path, ...]) -> Mapping:
        base = find_scenario(name, beside=path.parent)
        real = [step.resolve() for step in chain]
        if base.resolve() in real:
            circle = [*chain[real.index(base.resolve()) :], base]
            raise _at(place, f"extends runs in a circle: {' -> '.join(step.name for step in circle)}")
        if len(chain) >= MAX_CHAIN:
            raise _at(place, f"extends is more than {MAX_CHAIN} files deep")
        if len(self.files) >= MAX_FILES:
            raise _at(place, f"extends reads more than {MAX_FILES} files")
        if not base.exists():
            raise _at(place, f"no such file '{name}' beside {path.name}{did_you_mean(base.name, neighbours(base))}")
        return self.read(base, chain)


def _names(extends: Node | None) -> list[tuple[str, Place]]:
    """The paths in ``extends``, each with its place."""
    if extends is None:
        return []
    items = extends.items if isinstance(extends, Sequence) else (extends,)
    named = []
    for item in items:
        if not (isinstance(item, Scalar) and isinstance(item.value, str) and item.value and "\0" not in item.value):
            raise _at(item.place, "expected the path of a scenario file, or a list of them")
        named.append((item.value, item.place))
    return named


def _over(base: Mapping, tree: Mapping) -> Mapping:
    merged = merge(base, tree)
    assert isinstance(merged, Mapping)  # two mappings make a mapping
    return merged


def _at(place: Place, message: str) -> BadInput:
    return BadInput(message, file=place.file, line=place.line, column=place.column, path="extends")
