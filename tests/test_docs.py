"""What the documentation says of the program is true: generated pages, parameters, order of a step, commands, links."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
from pathlib import Path

import pytest
import typer

import sahelsim
from sahelsim.cli.main import app
from sahelsim.scenario.schema import Mechanisms
from sahelsim.scenario.shipped import shipped_file
from sahelsim.schedule import SCHEDULE
from sahelsim.terms import Trait

ROOT = Path(__file__).parents[1]
PAGES = sorted(page for where in ("*.md", "docs/*.md", "seeds/*.md", "experiments/*/*.md") for page in ROOT.glob(where))
MODEL = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^#{2,3} ", MODEL, flags=re.MULTILINE)[1:]}


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
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["parameters.md", "state.md"])
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


def test_the_model_page_has_the_order_of_a_step():
    listed = re.findall(r"^\d+\. \*\*(\w+)\*\*:", SECTIONS["Process and schedule"], re.MULTILINE)
    assert listed == [stage.name for stage in SCHEDULE]


@pytest.mark.parametrize("mechanism", [name for name in Mechanisms.model_fields if name != "observation"])
def test_the_model_page_names_every_parameter(mechanism):
    fields = set(Mechanisms.model_fields[mechanism].annotation.model_fields) - {"enabled"}
    section = SECTIONS[mechanism] + (SECTIONS["First day"] if mechanism == "allegiance" else "")
    assert {field for field in fields if not re.search(rf"\b{field}\b", section)} == set()
    assert "*Evidence:*" in section
    assert "*Left out:*" in section


def test_the_model_page_names_every_trait():
    assert [trait.name for trait in Trait if not re.search(rf"\b{trait.name.lower()}\b", MODEL)] == []


def test_the_model_page_names_no_parameter_that_does_not_exist():
    known = {field for mechanism in Mechanisms.model_fields.values() for field in mechanism.annotation.model_fields}
    for mechanism in Mechanisms.model_fields:
        if mechanism in SECTIONS:
            ticked = set(re.findall(r"`([a-z]+_[a-z_]+)`", SECTIONS[mechanism]))
            assert ticked - known <= {"operates_in"}, mechanism


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def commands():
    """Command lines that call the program: (place, words)."""
    for page in (*PAGES, *sorted((ROOT / "scenarios").rglob("*.yaml"))):
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
        options = {text for option in program.commands[name].params for text in (*option.opts, *option.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= options, place
        for word in words:
            if word.startswith("scenarios/"):
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
