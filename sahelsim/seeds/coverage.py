"""Reading ``seeds/coverage.csv``: what became of every sentence of the source documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sahelsim.errors import BadInput
from sahelsim.seeds.records import SeedEvent, SentenceCoverage
from sahelsim.seeds.table import Problems, Row, read_rows, seeds_folder
from sahelsim.seeds.vocabulary import Document

__all__ = ["COVERAGE_COLUMNS", "check_coverage", "load_coverage"]

COVERAGE_COLUMNS = ("document", "sentence", "sha256", "event_ids", "reason")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def load_coverage(path: Path | None = None) -> tuple[SentenceCoverage, ...]:
    """Read what became of every sentence, in file order.

    The sentences of each document must be numbered 1, 2, 3 … without a gap, and each must have event ids or
    a reason. ``path`` is the project's own ``seeds/coverage.csv`` by default.

    Raises
    ------
    BadInput
        Any fault of the table, as for ``load_seed_events``.
    """
    file = seeds_folder() / "coverage.csv" if path is None else Path(path)
    problems = Problems(file)
    counted = dict.fromkeys(Document, 0)
    covered: list[SentenceCoverage] = []
    for row in read_rows(file, COVERAGE_COLUMNS, problems):
        entry = _entry(row)
        if entry is None:
            continue
        counted[entry.document] += 1
        if entry.sentence != counted[entry.document]:
            row.complain("sentence", f"{counted[entry.document]} is expected here, not {entry.sentence}")
            counted[entry.document] = entry.sentence
        covered.append(entry)
    problems.raise_if_any()
    return tuple(covered)


def _entry(row: Row) -> SentenceCoverage | None:
    document = row.choice("document", Document)
    sentence = row.whole("sentence", least=1)
    digest = row.text("sha256")
    if not _DIGEST.fullmatch(digest):
        row.complain("sha256", "is not 64 hexadecimal digits in lower case")
    ids = tuple(row.cells["event_ids"].split(" ")) if row.cells["event_ids"] else ()
    if not ids and not row.cells["reason"]:
        row.complain("reason", "is empty: a sentence without event ids needs a reason")
    if document is None or sentence is None:
        return None
    return SentenceCoverage(document, sentence, digest, ids, row.cells["reason"])


def check_coverage(events: Iterable[SeedEvent], coverage: Iterable[SentenceCoverage]) -> None:
    """Hold the two tables against each other, both ways.

    Every fact must be listed at its own sentence, and every listed id must be a fact of that sentence.

    Raises
    ------
    BadInput
        They disagree; the message lists every case.
    """
    told = {(event.document, event.sentence, event.id) for event in events}
    listed = {(c.document, c.sentence, name) for c in coverage for name in c.event_ids}
    faults = [
        f"{name} is coded from sentence {document.value} {sentence}, which coverage.csv does not list"
        for document, sentence, name in sorted(told - listed)
    ] + [
        f"coverage.csv lists {name} at {document.value} {sentence}, where events.csv has no such fact"
        for document, sentence, name in sorted(listed - told)
    ]
    if faults:
        raise BadInput("; ".join(faults))
