"""A scorecard as JSON, as a page and as a table of all values."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from sahelsim.patterns.score import ConditionScore, PatternScore, Scorecard
from sahelsim.patterns.words import band_words, ensemble, missed, verdict, written

__all__ = ["as_frame", "as_json", "as_markdown", "summary"]


def summary(card: Scorecard) -> dict[str, Any]:
    """One entry a pattern: id, title, share_inside, holds, record, median, measured and reason."""
    return {"patterns": [_pattern(score) for score in card.patterns]}


def as_json(card: Scorecard) -> dict[str, Any]:
    """As `summary`, with the runs, and under each pattern its conditions."""
    entries = [
        {
            **_pattern(score),
            "number": score.pattern.number,
            "kind": score.pattern.kind,
            "seeds": list(score.pattern.seeds),
            "source": score.pattern.source,
            "needs": score.pattern.needs or len(score.conditions),
            "conditions": [_condition(condition) for condition in score.conditions],
        }
        for score in card.patterns
    ]
    runs = [
        {"run": str(run.path), "scenario": run.manifest["scenario"], "seed": run.seed, "replicates": run.replicates}
        for run in card.runs
    ]
    return {"runs": runs, "replicates": len(card.replicates), "patterns": entries}


def _pattern(score: PatternScore) -> dict[str, Any]:
    return {
        "id": score.pattern.id,
        "title": score.pattern.title,
        "share_inside": score.share_inside,
        "holds": score.holds,
        "record": score.main.record,
        "median": score.main.quantile(0.5),
        "measured": score.reason is None,
        "reason": score.reason,
    }


def _condition(score: ConditionScore) -> dict[str, Any]:
    condition = score.condition
    return {
        "name": condition.name,
        "statistic": getattr(condition, "statistic", None),
        "unit": condition.unit,
        "window": str(condition.window),
        "inside": [None if math.isinf(end) else end for end in score.band],
        "record": score.record,
        "record_counted_from_file": score.recounted,
        "no_record": condition.no_record,
        "q05": score.quantile(0.05),
        "median": score.quantile(0.5),
        "q95": score.quantile(0.95),
        "share_inside": None if score.reason else score.share_inside,
        "reason": score.reason,
        "tolerance": condition.tolerance,
        "source": condition.source,
    }


def as_frame(card: Scorecard) -> pd.DataFrame:
    """A row for each condition and replicate: pattern, condition, run, replicate, value, inside."""
    rows = [
        (score.pattern.id, number, condition.condition.name, run, replicate, value, inside)
        for score in card.patterns
        for number, condition in enumerate(score.conditions)
        for (run, replicate), value, inside in zip(
            card.replicates, condition.values.tolist(), condition.inside.tolist(), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=["pattern", "condition", "name", "run", "replicate", "value", "inside"])


def as_markdown(card: Scorecard) -> str:
    """The scorecard as a page."""
    runs = ", ".join(f"`{run.manifest['scenario']}` (seed {run.seed})" for run in card.runs)
    holds = f"{_count(card, 'pattern')} patterns and {_count(card, 'aggregate')} aggregates hold"
    lines = [
        "# Scorecard of patterns",
        "",
        f"{len(card.replicates)} replicates of {runs}. {holds}.",
        "",
        "| pattern | record | ensemble: median (5–95 %) | replicates inside | verdict | most often missed |",
        "|---|---|---|---|---|---|",
    ]
    for score in card.patterns:
        main = score.main
        share = "–" if score.reason else f"{score.share_inside:.0%}"
        cells = (
            f"{score.pattern.id}: {score.pattern.title}", written(main.record, main.condition.unit), ensemble(main),
            share, f"**{verdict(score)}**" if score.holds else verdict(score), score.reason or missed(score),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    lines += [
        "",
        "Record and ensemble are those of the first condition; a replicate is inside when it meets all of them,",
    ]
    lines += ["or as many as the pattern needs.", "", "## Conditions"]
    for score in card.patterns:
        needs = f", {score.pattern.needs} of them needed" if score.pattern.needs else ""
        lines += ["", f"### {score.pattern.id}: {score.pattern.title}", "", f"{score.pattern.source}{needs}.", ""]
        lines += [
            "| condition | window | record | inside | ensemble | replicates inside |",
            "|---|---|---|---|---|---|",
        ]
        for condition in score.conditions:
            cells = (
                condition.condition.name, str(condition.condition.window),
                written(condition.record, condition.condition.unit), band_words(condition),
                condition.reason or ensemble(condition),
                "–" if condition.reason else f"{condition.share_inside:.0%}",
            )  # fmt: skip
            lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _count(card: Scorecard, kind: str) -> str:
    hold, total = card.holding(kind)
    return f"{hold} of {total}"
