"""What the documentation says of the program is true: generated pages, submodels, order of a step, commands, links."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest
import typer

import sahelsim
from sahelsim.cli.main import app
from sahelsim.scenario.schema import Mechanisms
from sahelsim.scenario.shipped import shipped_file
from sahelsim.schedule import SCHEDULE
from sahelsim.terms import Trait
from sahelsim.world.state import registry

ROOT = Path(__file__).parents[1]
EXPERIMENTS = sorted((ROOT / "experiments").glob("*.yaml"))
PAGES = sorted(page for where in ("*.md", "docs/*.md", "seeds/*.md", "experiments/*/*.md") for page in ROOT.glob(where))
ODD = (ROOT / "docs" / "odd_text.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^#{2,3} ", ODD, flags=re.MULTILINE)[1:]}
SEVEN = (
    "1 Purpose and patterns", "2 Entities, state variables and scales", "3 Process overview and scheduling",
    "4 Design concepts", "5 Initialization", "6 Input data", "7 Submodels",
)  # fmt: skip


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def blocks(language):
    """Fenced code of the pages: (page, code)."""
    fenced = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    for page in PAGES:
        for found in fenced.finditer(page.read_text(encoding="utf-8")):
            yield page, found[1]


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ROOT / "docs"), *sys.path])
        spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["parameters.md", "state.md", "odd.md"])
def test_generated_pages_are_current(generator, name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert generator.PAGES[name]() == written, "run `python docs/generate.py`"


def test_generated_pages_leave_nothing_without_a_meaning(generator):
    for page in generator.PAGES.values():
        rows = [line for line in page().splitlines() if line.startswith("| `")]
        cells = [re.split(r"(?<!\\) \| ", row.strip("| ")) for row in rows]
        assert len(cells) > 40
        bare = [row for row, parts in zip(rows, cells, strict=True) if len(parts) < 2 or not parts[-1].strip()]
        assert [row for row in bare if not re.search(r"one of|tables|synthetic", row)] == []


def test_the_description_has_the_seven_elements_of_odd_and_all_tables(generator):
    assert [title for title in SECTIONS if title[:1].isdigit()] == list(SEVEN)
    used = set(re.findall(r"^<!-- table: ([a-z]+)", ODD, re.MULTILINE))
    assert used == set(generator.TABLES)
    assert "<!-- table" not in generator.odd_page()


def test_the_description_has_the_order_of_a_step(generator):
    element = generator.odd_page().partition(SEVEN[2])[2].partition(SEVEN[3])[0]
    listed = re.findall(r"^(\d+)\. \*\*(\w+)\*\*: \S", element, re.MULTILINE)
    assert listed == [(str(i), stage.name) for i, stage in enumerate(SCHEDULE, start=1)]


def test_the_description_lists_every_state_variable_but_indices(generator):
    element = generator.odd_page().partition(SEVEN[1])[2].partition(SEVEN[2])[0]
    known = {variable.name for variables in registry().values() for variable in variables}
    assert known - set(re.findall(r"`(\w+)`", element)) == {"start", "order", "side_start"}


def test_the_description_has_a_section_for_every_mechanism(generator):
    submodels = list(SECTIONS)[list(SECTIONS).index(SEVEN[6]) + 1 : list(SECTIONS).index("Limits")]
    assert sorted(submodels) == sorted(Mechanisms.model_fields)
    for mechanism in submodels:
        assert f"\n<!-- table: parameters {mechanism} -->\n" in SECTIONS[mechanism]


@pytest.mark.parametrize("mechanism", [name for name in Mechanisms.model_fields if name != "observation"])
def test_every_submodel_says_what_its_parameters_do(mechanism):
    fields = set(Mechanisms.model_fields[mechanism].annotation.model_fields) - {"enabled"}
    assert {field for field in fields if not re.search(rf"\b{field}\b", SECTIONS[mechanism])} == set()
    assert "*Evidence:*" in SECTIONS[mechanism]
    assert "*Left out:*" in SECTIONS[mechanism]


def test_the_submodels_use_every_trait():
    submodels = "".join(SECTIONS[mechanism] for mechanism in Mechanisms.model_fields)
    assert [trait.name for trait in Trait if not re.search(rf"\b{trait.name.lower()}\b", submodels)] == []


def test_the_submodels_name_no_parameter_that_does_not_exist():
    known = {field for mechanism in Mechanisms.model_fields.values() for field in mechanism.annotation.model_fields}
    for mechanism in Mechanisms.model_fields:
        ticked = set(re.findall(r"`([a-z]+_[a-z_]+)`", SECTIONS[mechanism]))
        assert ticked - known <= {"operates_in"}, mechanism


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def commands():
    """Command lines that call the program: (place, words)."""
    for page in (*PAGES, *sorted((ROOT / "scenarios").rglob("*.yaml")), *EXPERIMENTS):
        for line in page.read_text(encoding="utf-8").splitlines():
            found = re.match(r"(?:#\s+)?(?:\$ )?(?:\.venv/bin/)?(sahelsim \w.*)", line.strip())
            if found and not re.search(r"[…\[]", found[1]):
                yield f"{name_of(page)}: {line.strip()}", shlex.split(found[1], comments=True)[1:]


def test_commands_exist_with_their_options():
    program = typer.main.get_command(app)
    tried = list(commands())
    assert len(tried) >= 10
    for place, (name, *words) in tried:
        assert name in program.commands, place
        command = program.commands[name]
        if name == "sweep":
            command = command.commands[words.pop(0)]
        options = {text for option in command.params for text in (*option.opts, *option.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= options, place
        for word in words:
            if word.startswith(("scenarios/", "experiments/")) and word.endswith(".yaml"):
                assert (ROOT / word).is_file(), place
        if name in ("run", "validate") and re.fullmatch(r"[a-z0-9_]+", words[0]):
            assert shipped_file(words[0]), place


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    call = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
    said = {word for page in PAGES for word in call.findall(page.read_text(encoding="utf-8"))}
    assert {"run", "test"} <= said <= targets


def test_python_in_the_pages_is_python_and_uses_what_is_there():
    found = list(blocks("python"))
    assert len(found) >= 3
    for page, code in found:
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "sahelsim":
                    assert node.attr in sahelsim.__all__, f"{name_of(page)}: sahelsim.{node.attr}"
                elif node.value.id == "run":
                    assert hasattr(sahelsim.Run, node.attr), f"{name_of(page)}: run.{node.attr}"
