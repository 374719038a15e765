"""YAML 1.2 text to a tree with places: data only, no tags, bounded in size, depth and expansion.

The parser's events are read one by one and never handed to a constructor, so no object can come out of a file;
see `sahelsim.scenario.scalars` for what is a number and what is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from sahelsim.errors import BadInput
from sahelsim.scenario.problems import Problem, did_you_mean
from sahelsim.scenario.scalars import resolve
from sahelsim.scenario.tree import Mapping, Node, Place, Scalar, Sequence, Value

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "Locate", "neighbours", "read_file", "read_text"]

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 100_000

Locate = Callable[[int, int], Place]
"""Line and column in the text, counted from 1, to a place that a person can find."""


def read_file(path: Path, problems: list[Problem], *, name: str | None = None) -> Mapping:
    """Read one YAML file whose top level is a mapping.

    Parameters
    ----------
    path : Path
        The file.
    problems : list of Problem
        Faults that do not stop the reading (duplicate keys, tags) are added here.
    name : str, optional
        How to call the file in messages; its path by default.

    Raises
    ------
    BadInput
        If the file cannot be read or is no YAML mapping.
    """
    shown = str(path) if name is None else name
    text = _text(path, shown)
    locate: Locate = lambda line, column: Place(shown, line, column)  # noqa: E731
    root = read_text(text, locate, problems)
    if root is None or (isinstance(root, Scalar) and root.value is None):
        raise BadInput("the file is empty; expected a scenario", file=shown, line=1, column=1)
    if not isinstance(root, Mapping):
        kind = "a list" if isinstance(root, Sequence) else "a single value"
        raise BadInput(
            f"expected a mapping (key: value) at the top level, got {kind}",
            file=shown, line=root.place.line, column=root.place.column,
        )  # fmt: skip
    return root


def read_text(text: str, locate: Locate, problems: list[Problem]) -> Node | None:
    """Read one YAML document; None when there is nothing in it. Raises and reports as `read_file` does."""
    return _Builder(locate, problems).build(_events(text, locate))


def _text(path: Path, shown: str) -> str:
    try:
        if path.exists() and not path.is_file():
            kind = "a directory" if path.is_dir() else "not a regular file"
            raise BadInput(f"is {kind}; expected a YAML file", file=shown, line=1, column=1)
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = did_you_mean(path.name, neighbours(path)) if path.name else ""
        raise BadInput(f"no such file{hint}", file=shown, line=1, column=1) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"cannot read the file: {reason}", file=shown, line=1, column=1) from None
    if len(raw) > MAX_BYTES:
        raise BadInput(
            f"the file is larger than {MAX_BYTES:,} bytes, which no scenario needs",
            file=shown,
            line=1,
            column=1,
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise BadInput(
            f"byte 0x{raw[error.start]:02x} is not UTF-8 text; save the file as UTF-8",
            file=shown,
            line=line,
            column=column,
        ) from None


def neighbours(path: Path) -> list[str]:
    """Names of the YAML files in the folder of a path, at most 500."""
    try:
        return sorted(p.name for p in path.parent.iterdir() if p.suffix in (".yaml", ".yml"))[:500]
    except OSError:
        return []


def _events(text: str, locate: Locate) -> Iterator[Any]:
    """The parser's events, with its errors made readable."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = locate(mark.line + 1, mark.column + 1) if mark else locate(1, 1)
        raise _bad(f"not valid YAML: {_reason(error)}", place) from None
    except BadInput:
        raise
    except Exception as error:  # characters YAML forbids, and what the scanner lets through on mad escapes
        place = locate(*_forbidden(text))
        raise _bad(f"not valid YAML: {str(error).splitlines()[0]}", place) from None


def _reason(error: MarkedYAMLError) -> str:
    said = (error.problem or error.context or "cannot be parsed").splitlines()[0]
    if "'\\t'" in said:
        said = "a tab cannot indent; use spaces"
    if error.context and error.context_mark and error.problem:
        said += f" ({error.context.strip()} that begins in line {error.context_mark.line + 1})"
    return said


def _forbidden(text: str) -> tuple[int, int]:
    """Line and column of the first character that YAML does not allow."""
    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    before = text[: found.start()] if found else ""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


@dataclass
class _Open:
    """A collection that is being read."""

    node: Mapping | list[Node]
    place: Place
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None


@dataclass
class _Builder:
    locate: Locate
    problems: list[Problem]
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int, int]] = field(default_factory=dict)
    root: Node | None = None

    def build(self, events: Iterator[Any]) -> Node | None:
        documents = 0
        for event in events:
            place = self.locate(event.start_mark.line + 1, event.start_mark.column + 1)
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._document(event, documents, place)
            elif isinstance(event, CollectionEndEvent):
                self._close()
            elif isinstance(event, NodeEvent):
                self._node(event, place)
        return self.root

    def _document(self, event: Any, number: int, place: Place) -> None:
        if number > 1:
            raise _bad("a second document begins here; a scenario is one document", place)
        if event.version not in (None, (1, 2)):
            raise _bad("only YAML 1.2 is read; leave the %YAML line out", place)

    def _node(self, event: Any, place: Place) -> None:
        if isinstance(event, AliasEvent):
            self._alias(event, place)
            return
        if event.tag is not None:
            self._report(place, "", "tags (!…) are not allowed; write plain values")
        if isinstance(event, ScalarEvent):
            self._add(self._scalar(event, place), 1, 0, event.anchor, place)
            return
        if len(self.stack) >= MAX_DEPTH:
            raise _bad(f"nested more than {MAX_DEPTH} levels deep", place)
        if self._key_expected():
            raise _bad("a key must be a single word, not a list or mapping", place)
        node: Mapping | list[Node] = Mapping({}, {}, place) if isinstance(event, MappingStartEvent) else []
        self.stack.append(_Open(node, place, event.anchor))

    def _alias(self, event: Any, place: Place) -> None:
        if any(item.anchor == event.anchor for item in self.stack):
            raise _bad(f"alias *{event.anchor} stands inside the thing it repeats", place)
        if event.anchor not in self.anchors:
            raise _bad(
                f"alias *{event.anchor} has no anchor &{event.anchor}{did_you_mean(event.anchor, self.anchors)}",
                place,
            )
        node, size, height = self.anchors[event.anchor]
        self._add(node, size, height, None, place)

    def _add(self, node: Node, size: int, height: int, anchor: str | None, place: Place) -> None:
        """Put a finished node of so many values and levels where it belongs."""
        if anchor is not None:
            self.anchors[anchor] = (node, size, height)
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += size
        top.height = max(top.height, height + 1)
        if top.size > MAX_NODES:
            raise _bad(f"more than {MAX_NODES:,} values once aliases are expanded", place)
        if len(self.stack) + height > MAX_DEPTH:
            raise _bad(f"nested more than {MAX_DEPTH} levels deep once aliases are expanded", place)
        if isinstance(top.node, list):
            top.node.append(node)
        elif top.key is None:
            top.key = self._key(node, top.node, place)
        else:
            if top.key not in top.node.entries:
                top.node.entries[top.key] = node
            top.key = None

    def _key(self, node: Node, mapping: Mapping, place: Place) -> str:
        if not isinstance(node, Scalar):
            raise _bad("a key must be a single word, not a list or mapping", place)
        key = _word(node.value)
        if key == "<<":
            self._report(place, key, "merge keys (<<) are not part of YAML 1.2; use extends or repeat the values")
        elif key in mapping.keys:
            first = mapping.keys[key].line
            self._report(place, key, f"duplicate key '{key}'; it is already in line {first}")
        else:
            mapping.keys[key] = place
        return key

    def _close(self) -> None:
        done = self.stack.pop()
        node = Sequence(tuple(done.node), done.place) if isinstance(done.node, list) else done.node
        if isinstance(node, Mapping):
            node.entries.pop("<<", None)
        self._add(node, done.size, done.height, done.anchor, done.place)

    def _key_expected(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node, Mapping) and self.stack[-1].key is None

    def _scalar(self, event: Any, place: Place) -> Scalar:
        text: str = event.value
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise _bad("half of a surrogate pair is not a character", place)
        if event.style is not None or self._key_expected():
            return Scalar(text, place)
        if not text and self.stack:  # the parser puts "nothing" where the next thing stands; show its key
            top = self.stack[-1]
            place = top.node.keys[top.key] if isinstance(top.node, Mapping) and top.key in top.node.keys else place
        try:
            return Scalar(resolve(text), place)
        except ValueError as error:
            self._report(place, "", str(error))
            return Scalar(0, place)

    def _report(self, place: Place, last: str, message: str) -> None:
        keys = [str(len(item.node)) if isinstance(item.node, list) else item.key for item in self.stack]
        path = ".".join(key for key in [*keys, last] if key)
        self.problems.append(Problem(place.file, place.line, place.column, path, message))


def _word(value: Value) -> str:
    return value if isinstance(value, str) else str(value)


def _bad(message: str, place: Place) -> BadInput:
    return BadInput(message, file=place.file, line=place.line, column=place.column)
