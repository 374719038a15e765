"""Laying one tree over another: what ``extends``, named overrides and ``-S`` have in common.

Mappings merge key by key, lists and single values replace what was there, and ``null`` removes a key that the
tree below has. Where a key decides the shape of a mapping (`kind` of a region, `type` of an intervention) and
changes, the mapping is replaced as a whole.
"""

from __future__ import annotations

from sahelsim.scenario.problems import Problem
from sahelsim.scenario.tree import Mapping, Node, Path, Place, Scalar, Sequence, dotted

__all__ = ["assign", "merge"]


def merge(base: Node, over: Node, path: Path = ()) -> Node:
    """One tree laid over another; every value keeps the place where it was written.

    Parameters
    ----------
    base, over : Node
        Below and above.
    path : tuple
        Where in the scenario the two stand.
    """
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)) or _another_shape(base, over, path):
        return over
    entries, keys, removed = dict(base.entries), dict(base.keys), dict(base.removed)
    for key, value in over.entries.items():
        if _is_null(value) and key in entries:
            del entries[key], keys[key]
            removed[key] = over.keys[key]
            continue
        below = entries.get(key)
        entries[key] = value if below is None else merge(below, value, (*path, key))
        if entries[key] is value:  # else it is a mixture, and stays where it was first written
            keys[key] = over.keys[key]
        removed.pop(key, None)
    return Mapping(entries, keys, base.place, removed)


def assign(root: Mapping, path: Path, value: Node, at: Place, problems: list[Problem]) -> Mapping:
    """Lay one value over the place that a dotted path names; a number in the path picks from a list.

    Parameters
    ----------
    root : Mapping
        The scenario.
    path : tuple of str
        The dotted path, split.
    value : Node
        What to put there; null removes.
    at : Place
        Where the path was written.
    problems : list of Problem
        A path that leads nowhere is added here, and the scenario stays as it is.
    """
    try:
        done = _assign(root, path, value, at, ())
    except _NoSuchItemError as error:
        problems.append(Problem(at.file, at.line, at.column, dotted(path), str(error)))
        return root
    assert isinstance(done, Mapping)  # the path has at least one key, and the root is a mapping
    return done


class _NoSuchItemError(Exception):
    pass


def _assign(node: Node | None, path: Path, value: Node, at: Place, above: Path) -> Node:
    if not path:
        return value if node is None else merge(node, value, above)
    step, rest = path[0], path[1:]
    if isinstance(node, Sequence):
        index = _index(node, str(step), above)
        if not rest and _is_null(value):
            raise _NoSuchItemError("an item of a list cannot be removed; give the whole list")
        items = list(node.items)
        items[index] = _assign(items[index], rest, value, at, (*above, index))
        return Sequence(tuple(items), node.place)
    key, under = str(step), node if isinstance(node, Mapping) else Mapping({}, {}, at)
    if not rest:
        return merge(under, Mapping({key: value}, {key: at}, at), above)
    inner = _assign(under.entries.get(key), rest, value, at, (*above, key))
    written = at if inner.place == at else under.keys.get(key, at)  # a mixture stays where it was first written
    return Mapping({**under.entries, key: inner}, {**under.keys, key: written}, under.place, under.removed)


def _index(node: Sequence, step: str, above: Path) -> int:
    if step.isascii() and step.isdigit() and len(step) < 9 and int(step) < len(node.items):
        return int(step)
    have = f"items 0 to {len(node.items) - 1}" if node.items else "no items"
    raise _NoSuchItemError(f"{dotted(above)} is a list with {have}; '{step}' is none of them")


def _another_shape(base: Mapping, over: Mapping, path: Path) -> bool:
    key = "kind" if path == ("region",) else "type" if len(path) == 2 and path[0] == "interventions" else None
    if key is None:
        return False
    old, new = base.entries.get(key), over.entries.get(key)
    return isinstance(old, Scalar) and isinstance(new, Scalar) and new.value is not None and old.value != new.value


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None
