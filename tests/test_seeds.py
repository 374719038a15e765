"""The seed tables: the shipped facts agree with their documents, their codebook and one another."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from sahelsim.seeds import (
    ACTORS,
    Added,
    Basis,
    DatePrecision,
    Deaths,
    Document,
    Kind,
    PlacePrecision,
    SeedEvent,
    SentenceCoverage,
    check_coverage,
    load_coverage,
    load_seed_events,
    seeds_folder,
    sentence_digest,
    split_sentences,
)
from sahelsim.seeds.events import EVENT_COLUMNS

ROOT = Path(__file__).resolve().parents[1]
ORIGINALS = {
    Document.LWJ: ROOT.parent / "shared" / "seeds" / "000_ab072b6be5a29922.txt",
    Document.WAR: ROOT.parent / "shared" / "seeds" / "002_6b0020fa92b65397.txt",
}
needs_originals = pytest.mark.skipif(
    not all(path.is_file() for path in ORIGINALS.values()), reason="the source documents are not here"
)


@pytest.fixture(scope="module")
def events() -> tuple[SeedEvent, ...]:
    return load_seed_events()


@pytest.fixture(scope="module")
def coverage() -> tuple[SentenceCoverage, ...]:
    return load_coverage()


def test_sentences_are_cut_as_the_codebook_says() -> None:
    text = "A title\n\n[1] One thing. [2] Another?  “Yes.” He left\n"
    text += "U.S. men, e.g. two. “So it was” said 3. 4 more."
    assert split_sentences(text) == (
        "A title",
        "[1] One thing.",
        "[2] Another?",
        "“Yes.” He left",
        "U.S. men, e.g. two.",
        "“So it was” said 3. 4 more.",
    )
    assert sentence_digest(" Me\u0301naka \n town") == sentence_digest("Ménaka town")


def test_importing_the_loader_is_light() -> None:
    script = "import sys, sahelsim.seeds; print({'numpy', 'pandas', 'numba', 'pydantic'} & set(sys.modules))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_the_shipped_tables_cover_both_documents_both_ways(
    events: tuple[SeedEvent, ...], coverage: tuple[SentenceCoverage, ...]
) -> None:
    check_coverage(events, coverage)
    assert Counter(entry.document for entry in coverage) == {Document.LWJ: 21, Document.WAR: 28}
    by_sentence = {(entry.document, entry.sentence): set(entry.event_ids) for entry in coverage}
    for event in events:
        assert event.id in by_sentence[event.document, event.sentence]
    assert sum(len(ids) for ids in by_sentence.values()) == len(events)


def test_ids_follow_the_order_of_the_sentences(events: tuple[SeedEvent, ...]) -> None:
    for document in Document:
        own = [event for event in events if event.document is document]
        assert [event.id for event in own] == [f"{document}-{i:03d}" for i in range(1, len(own) + 1)]
        assert [event.sentence for event in own] == sorted(event.sentence for event in own)


def test_rows_that_a_note_names_exist(events: tuple[SeedEvent, ...]) -> None:
    ids = {event.id for event in events}
    for event in events:
        words = " ".join([event.note, *(entry.source for entry in event.background)])
        named = set(re.findall(r"(?:LWJ|WAR)-\d+", words))
        assert named <= ids - {event.id}, event.id


def test_the_readme_explains_every_word_in_use(events: tuple[SeedEvent, ...]) -> None:
    readme = (seeds_folder() / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:LWJ|WAR)-\d{3}", readme))
    assert named <= {event.id for event in events} | {"LWJ-001", "WAR-001"}
    for word in [*Kind, *DatePrecision, *PlacePrecision, *Added, *(c for c in EVENT_COLUMNS if "_" not in c)]:
        assert f"`{word}`" in readme, word
    assert "(nine rows" in readme
    assert sum(event.basis is Basis.BACKGROUND for event in events) == 9


def test_dates_that_the_teasers_do_not_have_are_marked_as_added(events: tuple[SeedEvent, ...]) -> None:
    assert all(Added.DATE in event.added for event in events if event.document is Document.LWJ)


def test_dozens_and_round_numbers_follow_the_codebook(events: tuple[SeedEvent, ...]) -> None:
    found = {event.id: event for event in events}
    dozens = Deaths(24, 49, 99)
    assert found["LWJ-026"].deaths_civilians == found["LWJ-027"].deaths_civilians == dozens
    assert found["LWJ-004"].deaths_civilians == Deaths(320, 400, 480)
    (december,) = (e for e in events if e.date_start == date(2022, 12, 1) and e.kind is Kind.BATTLE)
    assert (december.deaths_a, december.deaths_b) == (dozens, dozens)
    assert december.deaths_civilians == Deaths(71, 75, 79)
    (forty,) = (e for e in events if e.deaths_b == Deaths(0, 40, 40))
    assert (forty.side_a, forty.side_b) == (("ISGS",), ("JNIM",))


def test_places_lie_in_the_region(events: tuple[SeedEvent, ...]) -> None:
    for event in events:
        if event.latitude is not None and event.longitude is not None:
            assert 9.5 <= event.latitude <= 20.5, event.id
            assert -8.5 <= event.longitude <= 7.5, event.id


def test_the_same_place_has_the_same_coordinates(events: tuple[SeedEvent, ...]) -> None:
    seen: dict[str, tuple[float | None, float | None]] = {}
    for event in events:
        at = (event.latitude, event.longitude)
        assert seen.setdefault(event.place, at) == at, event.id


@pytest.mark.parametrize(
    ("day", "kind", "actor"),
    [
        (date(2019, 3, 15), Kind.LEADERSHIP_CHANGE, "ISWAP"),
        (date(2018, 4, 1), Kind.OPERATION, "France"),
        (date(2020, 10, 10), Kind.SIEGE, "JNIM"),
        (date(2021, 1, 2), Kind.VIOLENCE_AGAINST_CIVILIANS, "Zarma"),
        (date(2022, 1, 24), Kind.COUP, "Burkina Faso"),
        (date(2022, 9, 30), Kind.COUP, "Burkina Faso"),
        (date(2022, 3, 8), Kind.OPERATION, "ISGS"),
        (date(2022, 11, 3), Kind.TRUCE_BREAKDOWN, "JNIM"),
        (date(2023, 1, 22), Kind.PLEDGE, "Dawsahak"),
    ],
)
def test_what_the_patterns_rest_on_is_there(events: tuple[SeedEvent, ...], day: date, kind: Kind, actor: str) -> None:
    hits = [
        event
        for event in events
        if event.kind is kind and event.date_start <= day <= event.date_end and actor in event.side_a + event.side_b
    ]
    assert hits
    assert actor in ACTORS


@needs_originals
def test_every_fingerprint_is_that_of_its_sentence(coverage: tuple[SentenceCoverage, ...]) -> None:
    for document, path in ORIGINALS.items():
        digests = [sentence_digest(s) for s in split_sentences(path.read_text(encoding="utf-8"))]
        assert [entry.sha256 for entry in coverage if entry.document is document] == digests


@needs_originals
def test_no_run_of_eight_words_is_taken_from_the_originals() -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}

    originals = {run for path in ORIGINALS.values() for run in runs(path.read_text(encoding="utf-8"))}
    assert len(originals) > 1000
    for path in sorted((ROOT / "seeds").rglob("*")):
        if path.is_file():
            assert not runs(path.read_text(encoding="utf-8")) & originals, path.name
