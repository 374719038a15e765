"""A YAML document as a tree in which every value remembers where it was written."""

from __future__ import annotations

from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, field

__all__ = [
    "Json",
    "Key",
    "Mapping",
    "Node",
    "Path",
    "Place",
    "Scalar",
    "Sequence",
    "Value",
    "dotted",
    "plain",
    "where",
]

Value = str | int | float | bool | None
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Key = str | int
Path = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, counted from 1. `file` may also be an option such as ``-S``."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text, number, truth value or null."""

    value: Value
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping with text keys, the places of its keys, and of the nulls that removed keys of a base."""

    entries: dict[str, Node]
    keys: dict[str, Place]
    place: Place
    removed: dict[str, Place] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> Json:
    """The tree as plain Python data, without the places."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value


def where(root: Node, path: AbstractSequence[Key], *, key: bool = False) -> Place:
    """Place of the value at a path, or of the nearest thing above it that was written down.

    Parameters
    ----------
    root : Node
        The tree.
    path : sequence of str or int
        Keys and list positions from the root.
    key : bool
        True asks for the place of the last key rather than of its value.
    """
    node, place = root, root.place
    for depth, step in enumerate(path):
        last = depth == len(path) - 1
        if isinstance(node, Mapping):
            name = str(step)
            if name in node.removed:
                return node.removed[name]
            if name not in node.entries:
                return place
            at_key = node.keys[name]
            node = node.entries[name]
            # a mapping is best shown by its key: its own place is that of its first entry
            place = at_key if (last and key) or isinstance(node, Mapping) else node.place
        elif isinstance(node, Sequence) and str(step).isdecimal() and int(step) < len(node.items):
            node = node.items[int(step)]
            place = node.place
        else:
            return place
    return place


def dotted(path: AbstractSequence[Key]) -> str:
    """A path as the user writes it: ``actors.JNIM.homes.0``."""
    return ".".join(str(step) for step in path)
