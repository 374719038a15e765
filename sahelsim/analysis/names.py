"""Which outputs a reader means, and how outputs and factors are called on an axis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sahelsim.errors import BadInput
from sahelsim.scenario.problems import did_you_mean
from sahelsim.scenario.targets import find_target
from sahelsim.sweep.factors import paths_of

if TYPE_CHECKING:
    from sahelsim.sweep.opening import Sweep
    from sahelsim.sweep.schema import Factor

__all__ = ["choose_outputs", "factor_label", "factor_name", "output_axis", "output_label", "output_unit", "unit_of"]

_OF_PATTERN = re.compile(r"(?:pattern|holds)\[(?P<id>.+?)(?:\.\d+)?\]")

_NUMBER, _PEOPLE, _SHARE = "number", "people", "0-1"
_WORDS = {
    "events": ("events", _NUMBER),
    "events_true": ("events, recorded or not", _NUMBER),
    "deaths": ("deaths", _PEOPLE),
    "deaths_low": ("deaths, low estimate", _PEOPLE),
    "deaths_high": ("deaths, high estimate", _PEOPLE),
    "deaths_true": ("deaths, recorded or not", _PEOPLE),
    "civilians_killed": ("civilians killed", _PEOPLE),
    "fighters": ("fighters", _PEOPLE),
    "people_share": ("share of the people", _SHARE),
    "cells": ("cells held", _NUMBER),
    "displaced": ("in refuge", _PEOPLE),
    "displaced_most": ("in refuge at the peak", _PEOPLE),
    "besieged": ("besieged", _PEOPLE),
    "truce_share": ("share of the steps with a truce", _SHARE),
    "hostility": ("mean hostility", _SHARE),
    "decisions": ("decisions", _NUMBER),
}
"""Columns of the summaries in words, with their unit; what stands in brackets behind them is added."""


def choose_outputs(sweep: Sweep, asked: Sequence[str], default: Sequence[str] = ("deaths",)) -> list[str]:
    """Columns of results that were asked for: by name, or all those of a pattern by its id.

    Raises
    ------
    BadInput
        There is no such output, or the patterns were not kept.
    """
    known = list(sweep.outputs)
    patterns: dict[str, list[str]] = {}
    for name in known:
        if found := _OF_PATTERN.fullmatch(name):
            patterns.setdefault(found["id"], []).append(name)
    short = {id_.partition("_")[0].casefold(): id_ for id_ in patterns}
    chosen: dict[str, None] = {}
    for word in asked or [name for name in default if name in known]:
        if word in known:
            chosen[word] = None
        elif (id_ := short.get(word.casefold(), word)) in patterns:
            chosen |= dict.fromkeys(patterns[id_])
        else:
            raise BadInput(_unknown(word, [*known, *patterns], bool(patterns)), file=sweep.path, path="--output")
    return list(chosen)


def _unknown(word: str, known: Sequence[str], patterns: bool) -> str:
    hint = did_you_mean(word, known)
    if not hint and not patterns:
        hint = "; patterns are there when the experiment says `keep: { patterns: true }`"
    return f"no output '{word}'{hint}; `--list` shows them all"


def output_label(meaning: str) -> str:
    """Meaning of an output as the label of an axis: ``Deaths in the record, best estimate``."""
    said = meaning.partition("; null")[0]
    return said[:1].upper() + said[1:]


def output_axis(name: str) -> str:
    """A column of results in few words, with its unit: ``share of the people: state [0-1]``."""
    base, _, where = name.removesuffix("]").partition("[")
    if base not in _WORDS:
        return name.replace("_", " ")
    return f"{_WORDS[base][0]}{': ' if where else ''}{where.replace('_', ' ')}{output_unit(name)}"


def output_unit(name: str) -> str:
    """Unit of a column of results as it follows its words: `` [people]``; empty when it is not known."""
    base = name.partition("[")[0]
    return f" [{_WORDS[base][1]}]" if base in _WORDS else ""


def factor_name(name: str) -> str:
    """A factor as words: ``truce_breakdown`` as ``truce breakdown``."""
    return name.replace("_", " ")


def factor_label(sweep: Sweep, name: str) -> str:
    """A factor with its unit: ``grievance half life [weeks]``, ``governance [times the scenario's]``."""
    unit = unit_of(sweep, sweep.experiment.factors[name], name)
    return factor_name(name) + (f" [{unit}]" if unit else "")


def unit_of(sweep: Sweep, factor: Factor, name: str) -> str:
    """Unit of a factor from the declaration of what it sets; empty for pure numbers, texts, true and false."""
    if factor.apply == "multiply":
        return "times the scenario's"
    field = find_target(sweep.scenario(), paths_of(name, factor)[0]).field
    extra = getattr(field, "json_schema_extra", None)
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    return "" if unit == "1" else unit
