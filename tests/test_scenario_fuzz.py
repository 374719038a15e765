"""Whatever is done to a valid scenario: it loads, or it is bad input with a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_texts import PLAIN

from sahelsim.errors import BadInput
from sahelsim.scenario.load import find_problems, load_scenario

LINES = PLAIN.read_text(encoding="utf-8").splitlines(keepends=True)
ODD = [
    "null", "~", "[]", "{}", "-1", "1e400", ".nan", "true", "yes", "'x'", '"\\u0000"', "2017-01-01",
    "99999999999999999999", "*movement", "&a x", "!!str x", "[[[]]]", "{a: {b: c}}", "\t", "é", ":", "- x",
    "? y", "|", "0x10", "<<: 1", "neutral", "RED",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The plain scenario after a few acts of vandalism."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        i = draw(st.integers(0, len(lines) - 1))
        act = draw(st.sampled_from(["drop", "twice", "value", "indent", "swap", "character", "cut"]))
        line = lines[i]
        if act == "drop":
            lines[i] = ""
        elif act == "twice":
            lines[i] = line * 2
        elif act == "value" and ":" in line:
            lines[i] = line[: line.index(":") + 1] + " " + draw(st.sampled_from(ODD)) + "\n"
        elif act == "indent":
            lines[i] = " " * draw(st.integers(0, 6)) + line.lstrip(" ")
        elif act == "swap":
            j = draw(st.integers(0, len(lines) - 1))
            lines[i], lines[j] = lines[j], lines[i]
        elif act == "character" and line:
            at = draw(st.integers(0, len(line)))
            lines[i] = line[:at] + draw(st.characters(exclude_categories=["Cs"])) + line[at + 1 :]
        elif act == "cut":
            lines = lines[: max(1, i)]
    return "".join(lines)


@pytest.mark.jit_only
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(text=mutated())
def test_vandalised_scenarios(text: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(text.encode())
    try:
        load_scenario(file)
    except BadInput as error:
        assert error.file  # noqa: PT017
        assert error.line  # noqa: PT017
        assert error.column  # noqa: PT017
        assert error.line <= max(text.count("\n") + 1, 200)  # noqa: PT017
        assert find_problems(file)
        assert "\n" not in error.message.split("\n(and ")[0]  # noqa: PT017


@pytest.mark.jit_only
@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["actors", "RED", "groups", "north", "homes", "0", "seed", "grid", "region", "kind", "x", "camps"]
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(ODD) | st.text(max_size=12),
)
def test_any_setting(path: list[str], value: str) -> None:
    try:
        load_scenario(PLAIN, settings=[f"{'.'.join(path)}={value}"])
    except BadInput as error:
        assert error.line  # noqa: PT017


@pytest.mark.jit_only
@pytest.mark.parametrize("size", [0, 1, 100, 5000])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_noise(size: int, seed: int, tmp_path: Path) -> None:
    import random

    file = tmp_path / "x.yaml"
    file.write_bytes(random.Random(seed).randbytes(size))
    assert find_problems(file)
