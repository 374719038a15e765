"""What has changed in an experiment since its store was begun: key, old and new value, place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sahelsim.errors import BadInput
from sahelsim.scenario.explain import problem_at
from sahelsim.scenario.tree import Mapping as Tree
from sahelsim.scenario.tree import Path as TreePath
from sahelsim.scenario.tree import dotted
from sahelsim.sweep.runs import variant_hash
from sahelsim.sweep.schema import BASELINE, Experiment

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario
    from sahelsim.sweep.store import Store

__all__ = ["Changed", "experiment_changes", "refuse_changes", "scenario_changes"]

_MAY_CHANGE = ("engine", "title", "description", "replicates", "scenario")  # the scenario's content is compared instead
_LONG = 80  # most characters of a value in a message
_SHOWN = 5  # most changes in a message
_NEW = "is new"
_NOTHING: Final = object()
_FIX = "; put it back, or begin a new store with --store"

Change = tuple[TreePath, str]  # where in the experiment, and what


class Changed(BadInput):
    """The store is one of another experiment, or was begun with other code."""


def refuse_changes(store: Store, experiment: Experiment, variants: Mapping[str, Scenario], file: Path) -> None:
    """Refuse to go on with a store of another experiment.

    Raises
    ------
    Changed
        With the place in the file of the first change, and the others below.
    """
    found = [*experiment_changes(store, experiment)] or [*scenario_changes(store, variants)]
    if experiment.replicates < store.replicates:
        fewer = f"asks for fewer than the {store.replicates} of the sweep in {store.path}; they can only grow"
        found.append((("replicates",), fewer))
    if found:
        tree = _tree(file)
        first, *more = (_placed(path, what, file, tree) for path, what in found[:_SHOWN])
        below = "".join(f"\n{error}" for error in more)
        rest = f"\nand {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise Changed(
            first.message + (_FIX if first.path != "replicates" else "") + below + rest,
            file=first.file, line=first.line, column=first.column, path=first.path,
        )  # fmt: skip


def experiment_changes(store: Store, experiment: Experiment) -> Iterator[Change]:
    """What differs in the experiment's own file; not in its scenario, whose content may change by itself."""
    old, new = store.experiment.model_dump(mode="json"), experiment.model_dump(mode="json")
    for key in new:
        if key not in _MAY_CHANGE:
            for path, before, now in _differences(old[key], new[key], (key,)):
                yield path, _in_words(before, now, f"since the sweep in {store.path} began")


def scenario_changes(store: Store, variants: Mapping[str, Scenario]) -> Iterator[Change]:
    """What differs in the content of the scenarios: the first value of each."""
    for name, scenario in variants.items():
        if store.manifest["variants"].get(name) == variant_hash(scenario):
            continue
        what = "the scenario" if name == BASELINE else f"the scenario of what-if '{name}'"
        since = f"has changed since the sweep in {store.path} began"
        old, new = store.scenario(name).model_dump(mode="json"), scenario.model_dump(mode="json")
        path, before, now = next(_differences(old, new, ()), (("region",), "as its tables were", "as they are"))
        yield ("scenario",), f"{what} {since}: {dotted(path)} {_in_words(before, now)}"


def _differences(old: Any, new: Any, path: TreePath) -> Iterator[tuple[TreePath, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict) and old.get("kind") == new.get("kind"):
        for key in (*new, *(key for key in old if key not in new)):
            yield from _differences(old.get(key, _NOTHING), new.get(key, _NOTHING), (*path, key))
    elif _tables(old) and _tables(new) and len(old) == len(new):
        for i, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, (*path, i))
    elif old is not new and old != new:
        yield path, old, new


def _tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _in_words(old: Any, new: Any, since: str = "") -> str:
    since = f" {since}" if since else ""
    if old is _NOTHING:
        return f"{_NEW}{since}"
    if new is _NOTHING:
        return f"has gone{since}; it was {_shown(old)}"
    return f"has changed{since}, from {_shown(old)} to {_shown(new)}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= _LONG else text[:_LONG] + "…"


def _tree(file: Path) -> Tree | None:
    """The file with places; None when it is no experiment, as that of a calibration."""
    from sahelsim.sweep.load import read_experiment

    try:
        return read_experiment(file)[1]
    except BadInput:
        return None


def _placed(path: TreePath, what: str, file: Path, tree: Tree | None) -> BadInput:
    if tree is None:
        return BadInput(what, file=file, path=dotted(path))
    return problem_at(tree, path, what, key=what.startswith(_NEW)).error()
