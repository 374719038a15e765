"""Files that are no scenario are refused with their place: bad YAML, bombs, special files, circles of bases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bad_scenarios import Fault, check_fault
from scenario_texts import PLAIN, altered

from sahelsim.scenario.load import find_problems

FAULTS: dict[str, Fault] = {
    "duplicate key": (
        "seed: 20170301",
        "seed: 1\n@@seed: 20170301",
        "seed",
        "duplicate key 'seed'; it is already in line",
    ),
    "duplicate nested key": (
        "    skill: 1.1\n",
        "    skill: 1.1\n    @@skill: 1.2\n",
        "actors.BLUE.skill",
        "duplicate key 'skill'",
    ),
    "cyclic alias": (
        "camps: [neutral,",
        "camps: &c [@@*c, neutral,",
        "",
        "alias *c stands inside the thing it repeats",
    ),
    "alias without anchor": ("doctrine: *movement", "doctrine: @@*movment", "", "did you mean 'movement'?"),
    "tag": ("seed: 20170301", "seed: @@!!python/object/apply:os.system [ls]", "seed", "tags (!…) are not allowed"),
    "merge key": (
        "    skill: 1.1\n",
        "    skill: 1.1\n    @@<<: {a: 1}\n",
        "actors.BLUE.<<",
        "merge keys (<<) are not part of YAML 1.2",
    ),
    "tab": ("  steps: 104", "@@\tsteps: 104", "", "a tab cannot indent"),
    "unclosed": ("camps: [neutral, state, red, blue]", "camps: [neutral, state, red, blue", "", "not valid YAML"),
    "control character": ("seed: 20170301", "seed: @@\x07", "", "not valid YAML"),
    "second document": ("outputs:\n", "@@---\noutputs:\n", "", "a second document begins here"),
    "complex key": ("seed: 20170301", "@@[a, b]: 1\nseed: 20170301", "", "a key must be a single word"),
    "half a character": ("title: Two movements on a plain", 'title: @@"\\uD800"', "", "half of a surrogate pair"),
    "YAML 1.1": ("# yaml-language-server:", "%YAML 1.1\n@@---\n#", "", "only YAML 1.2"),
    "wrong extends": (
        "extends: base/mechanisms.yaml ",
        "extends: @@7 ",
        "extends",
        "expected the path of a scenario file",
    ),
    "extends nothing": (
        "extends: base/mechanisms.yaml ",
        "extends: @@base/mechanism.yaml ",
        "extends",
        "no such file 'base/mechanism.yaml'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_with_its_place(name: str, tmp_path: Path) -> None:
    check_fault(name, FAULTS[name], tmp_path)


def test_yaml_bomb(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(rows), encoding="utf-8")
    (problem,) = find_problems(file)
    assert "once aliases are expanded" in problem.message
    assert problem.line == 5  # 11, 111, 1111, 11111, and then more than 100,000


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting(opening: str, tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text("a: " + opening * 20_000 if opening != "- " else opening * 20_000, encoding="utf-8")
    (problem,) = find_problems(file)
    assert "nested more than 40 levels deep" in problem.message
    assert problem.line == 1


def test_deep_nesting_through_aliases(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x]", *(f"a{i}: &a{i} {'[' * 10}*a{i - 1}{']' * 10}" for i in range(1, 200))]
    file = tmp_path / "deep.yaml"
    file.write_text("\n".join(rows), encoding="utf-8")
    (problem,) = find_problems(file)
    assert "once aliases are expanded" in problem.message
    assert problem.line == 5


def test_too_large(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text("# x\n" * 300_000, encoding="utf-8")
    (problem,) = find_problems(file)
    assert "larger than 1,000,000 bytes" in problem.message


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        (b"", 1, 1, "the file is empty"),
        (b"# only a comment\n", 1, 1, "the file is empty"),
        (b"---\n...\n", 1, 1, "the file is empty"),
        (b"- a\n- b\n", 1, 1, "expected a mapping (key: value) at the top level, got a list"),
        (b"hello", 1, 1, "expected a mapping (key: value) at the top level, got a single value"),
        (b"name: x\ntitle: caf\xe9\n", 2, 11, "byte 0xe9 is not UTF-8 text"),
        (b"\xff\xfen\x00a\x00", 1, 1, "is not UTF-8 text"),
        (b"name: \x00\n", 1, 7, "not valid YAML"),
        (b"\x89PNG\r\n\x1a\n", 1, 1, "is not UTF-8 text"),
    ],
)
def test_no_scenario_at_all(content: bytes, line: int, column: int, message: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    (problem,) = find_problems(file)
    assert message in problem.message
    assert (problem.file, problem.line, problem.column) == (str(file), line, column)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + PLAIN.read_bytes())
    assert find_problems(file) == []


def test_directory_missing_and_special_files(tmp_path: Path) -> None:
    (tmp_path / "reference.yaml").touch()
    assert "is a directory" in find_problems(tmp_path)[0].message
    missing = find_problems(tmp_path / "refrence.yaml")[0]
    assert missing.message == "no such file; did you mean 'reference.yaml'?"
    assert "not a regular file" in find_problems("/dev/zero")[0].message
    assert "no such file" in find_problems(tmp_path / "no" / "such.yaml")[0].message
    assert find_problems("\0")
    assert find_problems("x" * 5000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "locked.yaml"
    file.write_bytes(PLAIN.read_bytes())
    file.chmod(0)
    assert "cannot read the file: Permission denied" in find_problems(file)[0].message


def test_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("name: b\nextends: sub/../a.yaml\n", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (problem,) = find_problems(tmp_path / "a.yaml")
    assert problem.message == "extends runs in a circle: a.yaml -> b.yaml -> a.yaml"
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "b.yaml"), 2, 10)
    (tmp_path / "self.yaml").write_text("extends: self.yaml\n", encoding="utf-8")
    assert "self.yaml -> self.yaml" in find_problems(tmp_path / "self.yaml")[0].message


def test_too_long_a_chain_and_too_many_files(tmp_path: Path) -> None:
    for i in range(30):
        (tmp_path / f"{i}.yaml").write_text(f"extends: {i + 1}.yaml\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "0.yaml")
    assert problem.message == "extends is more than 16 files deep"
    for i in range(12):
        names = f"[w{i + 1}.yaml, w{i + 1}.yaml]"
        (tmp_path / f"w{i}.yaml").write_text(f"extends: {names}\n", encoding="utf-8")
    (tmp_path / "w12.yaml").write_text("name: x\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "w0.yaml")
    assert problem.message == "extends reads more than 64 files"


def test_a_fault_in_a_base_is_shown_in_the_base(tmp_path: Path) -> None:
    text, line, column = altered("    skill: 1.1\n", "    skill: @@much\n")
    (tmp_path / "base.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "top.yaml").write_text("extends: base.yaml\nseed: 3\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "top.yaml")
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "base.yaml"), line, column)


def test_a_key_removed_by_null_is_shown_at_the_null(tmp_path: Path) -> None:
    (tmp_path / "top.yaml").write_text(f"extends: {PLAIN}\nactors:\n  BLUE:\n    skill: null\n", encoding="utf-8")
    (problem,) = find_problems(tmp_path / "top.yaml")
    assert problem.message.startswith("missing key 'skill' (removed here)")
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "top.yaml"), 4, 5)
