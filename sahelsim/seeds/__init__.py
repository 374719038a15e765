"""The evidence: facts coded from the two source documents, and the sentence that each came from.

``load_seed_events`` and ``load_coverage`` read the tables of ``seeds/``, described in ``seeds/README.md``.
"""

from __future__ import annotations

from sahelsim.seeds.coverage import check_coverage, load_coverage
from sahelsim.seeds.events import load_seed_events
from sahelsim.seeds.records import Background, Deaths, SeedEvent, SentenceCoverage
from sahelsim.seeds.sentences import normalise_sentence, sentence_digest, split_sentences
from sahelsim.seeds.table import seeds_folder
from sahelsim.seeds.vocabulary import (
    ACTORS,
    Added,
    Basis,
    Certainty,
    DatePrecision,
    Document,
    Kind,
    PlacePrecision,
)

__all__ = [
    "ACTORS",
    "Added",
    "Background",
    "Basis",
    "Certainty",
    "DatePrecision",
    "Deaths",
    "Document",
    "Kind",
    "PlacePrecision",
    "SeedEvent",
    "SentenceCoverage",
    "check_coverage",
    "load_coverage",
    "load_seed_events",
    "normalise_sentence",
    "seeds_folder",
    "sentence_digest",
    "split_sentences",
]
