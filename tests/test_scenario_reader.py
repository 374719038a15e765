"""YAML 1.2 by the core schema, with the place of everything."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sahelsim.errors import BadInput
from sahelsim.scenario.problems import Problem, did_you_mean, in_order, nearest
from sahelsim.scenario.reader import read_text
from sahelsim.scenario.tree import Mapping, Node, Place, Sequence, plain, where


def read(text: str) -> Node:
    problems: list[Problem] = []
    node = read_text(text, lambda line, column: Place("f", line, column), problems)
    assert problems == []
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001), ("1", 1), ("-7", -7), ("+7", 7), ("007", 7), ("0o17", 15), ("0x1F", 31), (".5", 0.5),
        ("1.", 1.0), ("1E5", 1e5), (".inf", math.inf), ("-.Inf", -math.inf), ("true", True), ("False", False),
        ("null", None), ("~", None), ("yes", "yes"), ("no", "no"), ("on", "on"), ("1:30", "1:30"),
        ("1_000", "1_000"), ("2017-01-01", "2017-01-01"), ("'1'", "1"), ('"true"', "true"), ("0b1", "0b1"),
        ("1e", "1e"), ("e5", "e5"), (".", "."), ("-", None), ("é", "é"), ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"), ("inf", "inf"), ("nan", "nan"), ("tRue", "tRue"),
    ],
)  # fmt: skip
def test_core_schema(text: str, value: object) -> None:
    found = plain(read(f"a: {text}\n" if text != "-" else "a:\n"))
    assert isinstance(found, dict)
    assert found["a"] == value
    assert type(found["a"]) is type(value)


def test_not_a_number_is_read_as_such() -> None:
    found = plain(read("[.nan]"))
    assert isinstance(found, list)
    assert math.isnan(found[0])  # type: ignore[arg-type]


def test_keys_are_text() -> None:
    assert plain(read("1: a\ntrue: b\nnull: c\nNO: d\n")) == {"1": "a", "true": "b", "null": "c", "NO": "d"}


def test_places() -> None:
    tree = read("a:\n  b: 1\n  c: [x, {d: y}]\n")
    assert where(tree, ("a", "b")) == Place("f", 2, 6)
    assert where(tree, ("a", "b"), key=True) == Place("f", 2, 3)
    assert where(tree, ("a",)) == Place("f", 1, 1)  # a mapping is shown at its key
    assert where(tree, ("a", "c", 1, "d")) == Place("f", 3, 14)
    assert where(tree, ("a", "nothing", "below")) == Place("f", 1, 1)  # nearest thing above
    assert where(tree, ("a", "c", 9)) == Place("f", 3, 6)


def test_aliases_share_and_keep_the_place_of_the_anchor() -> None:
    tree = read("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n")
    assert plain(tree) == {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]}
    assert where(tree, ("c", "b")) == Place("f", 1, 11)


def test_an_anchor_can_be_set_again() -> None:
    assert plain(read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")) == {"a": 1, "b": 1, "c": 2, "d": 2}


json_data = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_data)
def test_reads_what_the_library_writes(data: Any) -> None:
    """What ruamel.yaml writes from plain data comes back equal, and means the same to its own safe loader."""
    import io

    out = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.dump({"data": data}, out)
    text = out.getvalue()
    try:
        node = read_text(text, lambda line, column: Place("f", line, column), [])
    except BadInput as error:  # the library writes characters that it does not read
        assert "not valid YAML" in error.message  # noqa: PT017
        with pytest.raises(Exception):  # noqa: B017
            YAML(typ="safe", pure=True).load(text)
        return
    assert isinstance(node, Mapping)
    assert plain(node) == {"data": data} or plain(node) == YAML(typ="safe", pure=True).load(text)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t0.1e~", max_size=60))
def test_any_text_gives_a_tree_or_bad_input(text: str) -> None:
    try:
        node = read_text(text, lambda line, column: Place("f", line, column), [])
    except BadInput as error:
        assert error.line is not None  # noqa: PT017
        assert 1 <= error.line <= text.count("\n") + 1  # noqa: PT017
    else:
        assert node is None or isinstance(plain(node), (dict, list, str, int, float, bool, type(None)))


def test_nearest_name() -> None:
    known = ["JNIM", "ISGS", "Mali", "Dan na Ambassagou"]
    assert nearest("jnim", known) == "JNIM"
    assert nearest("Dan Ambassagou", known) == "Dan na Ambassagou"
    assert nearest("quite different", known) is None
    assert did_you_mean("ISG", known) == "; did you mean 'ISGS'?"
    assert did_you_mean("zzz", ["a", "b"]) == "; known: a, b"
    assert did_you_mean("zzz", [f"name {i}" for i in range(50)]) == ""


def test_problems_come_from_top_to_bottom_and_once() -> None:
    a, b, c = (Problem(file, line, 1, "", "x") for file, line in (("f", 5), ("g", 1), ("f", 2)))
    assert in_order([a, b, c, a]) == [c, a, b]


def test_sequences_are_immutable() -> None:
    node = read("[1, 2]")
    assert isinstance(node, Sequence)
    assert isinstance(node.items, tuple)
