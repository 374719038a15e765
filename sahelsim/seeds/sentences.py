"""How the sentences of a source document are cut, numbered and fingerprinted."""

from __future__ import annotations

import hashlib
import re
import unicodedata

__all__ = ["normalise_sentence", "sentence_digest", "split_sentences"]

_BOUNDARY = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"\[])")


def normalise_sentence(text: str) -> str:
    """Return the text in Unicode form NFC, runs of white space made one space, ends trimmed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def sentence_digest(sentence: str) -> str:
    """Return the SHA-256 of the normalised sentence (UTF-8) in hexadecimal."""
    return hashlib.sha256(normalise_sentence(sentence).encode("utf-8")).hexdigest()


def split_sentences(text: str) -> tuple[str, ...]:
    """Cut a document into sentences, in order; number them from 1.

    Every non-empty line is cut after ``.``, ``!`` or ``?`` where white space and then a capital letter, an
    opening quotation mark or ``[`` follow. Titles and captions count as sentences.
    """
    return tuple(
        normalise_sentence(piece)
        for line in text.splitlines()
        if line.strip()
        for piece in _BOUNDARY.split(line.strip())
    )
