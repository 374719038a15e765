"""Laying trees over one another, against a plain reference on dictionaries."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sahelsim.scenario.changes import apply_changes
from sahelsim.scenario.merge import assign, merge
from sahelsim.scenario.problems import Problem
from sahelsim.scenario.reader import read_text
from sahelsim.scenario.tree import Mapping, Place, Scalar, dotted, plain, where

AT = Place("top", 9, 9)


def tree(data: Any, file: str = "base") -> Mapping:
    node = read_text(json.dumps(data), lambda line, column: Place(file, line, column), [])
    assert isinstance(node, Mapping)
    return node


def reference(base: Any, over: Any) -> Any:
    """The rule of the documentation, word by word, on plain data."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    out = dict(base)
    for key, value in over.items():
        if value is None and key in base:
            del out[key]
        else:
            out[key] = reference(base[key], value) if key in base else value
    return out


leaves = st.none() | st.integers(0, 3) | st.lists(st.integers(0, 2), max_size=2)
keys = st.sampled_from("abc")
documents = st.dictionaries(
    keys, st.recursive(leaves, lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=8), max_size=3
)


@given(documents, documents)
def test_merge_follows_the_rule(base: Any, over: Any) -> None:
    merged = merge(tree(base), tree(over, "top"))
    assert plain(merged) == reference(base, over)


@given(documents, documents)
def test_every_leaf_remembers_its_file(base: Any, over: Any) -> None:
    merged = merge(tree(base), tree(over, "top"))

    def check(value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                check(item, (*path, key))
        else:
            place = where(merged, path)
            source: Any = over if place.file == "top" else base
            for key in path:
                source = source[key]
            assert source == value

    check(plain(merged), ())


@given(documents)
def test_laying_a_tree_over_itself_changes_nothing_but_nulls(base: Any) -> None:
    def without_nulls(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: without_nulls(item) for key, item in value.items() if item is not None}

    assert plain(merge(tree(base), tree(base))) == without_nulls(base)


def test_null_removes_and_is_remembered() -> None:
    merged = merge(tree({"a": {"x": 1, "y": 2}}), tree({"a": {"x": None}}, "top"))
    assert plain(merged) == {"a": {"y": 2}}
    assert where(merged, ("a", "x")).file == "top"
    again = merge(merged, tree({"a": {"x": 5}}, "third"))
    assert plain(again) == {"a": {"x": 5, "y": 2}}
    assert where(again, ("a", "x")).file == "third"


def test_another_shape_replaces_the_whole() -> None:
    base = tree({"region": {"kind": "tables", "tables": "x"}, "interventions": {"i": {"type": "order", "weight": 1}}})
    over = tree({"region": {"kind": "synthetic", "n": 1}, "interventions": {"i": {"type": "claim", "a": "X"}}}, "top")
    assert plain(merge(base, over)) == plain(over)
    same = tree({"region": {"kind": "tables", "communities": "cell"}}, "top")
    merged = plain(merge(base, same))
    assert isinstance(merged, dict)
    assert merged["region"] == {"kind": "tables", "tables": "x", "communities": "cell"}


def test_kind_elsewhere_is_an_ordinary_key() -> None:
    merged = merge(
        tree({"actors": {"A": {"kind": "militia", "skill": 1}}}), tree({"actors": {"A": {"kind": "foreign"}}})
    )
    assert plain(merged) == {"actors": {"A": {"kind": "foreign", "skill": 1}}}


def test_assign_by_path() -> None:
    base = tree({"a": {"homes": [{"w": 1}, {"w": 2}]}, "s": 3})
    problems: list[Problem] = []
    done = assign(base, ("a", "homes", "1", "w"), Scalar(7, AT), AT, problems)
    assert plain(done) == {"a": {"homes": [{"w": 1}, {"w": 7}]}, "s": 3}
    assert where(done, ("a", "homes", 1, "w")) == AT
    assert where(done, ("a", "homes", 0, "w")).file == "base"
    assert plain(assign(base, ("n", "e", "w"), Scalar(1, AT), AT, problems)) == {**plain(base), "n": {"e": {"w": 1}}}  # type: ignore[dict-item]
    assert plain(assign(base, ("s",), Scalar(None, AT), AT, problems)) == {"a": {"homes": [{"w": 1}, {"w": 2}]}}
    assert problems == []
    assert assign(base, ("a", "homes", "x"), Scalar(1, AT), AT, problems) is base
    assert "is a list with items 0 to 1; 'x' is none of them" in problems[0].message


@given(documents, st.lists(keys, min_size=1, max_size=3), st.integers())
def test_assign_is_merging_a_single_branch(base: Any, path: list[str], value: int) -> None:
    problems: list[Problem] = []
    done = plain(apply_changes(tree(base), {dotted(path): value}, problems))
    branch: Any = value
    for key in reversed(path):
        branch = {key: branch}
    if problems:
        assert "is a list" in problems[0].message
    else:
        assert done == reference(base, branch)
