"""An ablation as JSON, as a table and as a page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sahelsim.patterns.ablation import CONFIDENCE, OPEN, SURE, Ablation, Cell, Effect, wilson
from sahelsim.patterns.words import written

__all__ = ["as_frame", "as_json", "as_markdown"]

_MARKS = {Effect.LOST: "**{}** ▼", Effect.PERHAPS: "{} ▽", Effect.GAINED: "{} ▲", Effect.UNKNOWN: "–"}


def as_json(ablation: Ablation, command: str) -> dict[str, Any]:
    """One object: what was run, and each pattern with its shares and what it is lost without."""
    manifest = ablation.baseline.manifest
    return {
        "scenario": manifest["scenario"],
        "seed": ablation.baseline.seed,
        "replicates": ablation.replicates,
        "version": manifest["versions"].get("sahelsim"),
        "command": command,
        "holds_from": ablation.threshold,
        "drop": ablation.drop,
        "confidence": CONFIDENCE,
        "variants": [
            {"name": variant.name, "off": variant.off, "run": str(card.runs[0].path)}
            for variant, card in zip(ablation.variants, ablation.cards, strict=True)
        ],
        "patterns": [_pattern(ablation, row) for row in range(len(ablation.patterns))],
    }


def _pattern(ablation: Ablation, row: int) -> dict[str, Any]:
    pattern = ablation.patterns[row]
    base = ablation.cell(row, 0).score
    return {
        "id": pattern.id,
        "title": pattern.title,
        "kind": pattern.kind,
        "holds": base.holds,
        "share_inside": None if base.reason else base.share_inside,
        "record": base.main.record,
        "lost_without": [variant.name for variant in ablation.without(row, Effect.LOST)],
        "perhaps_lost_without": [variant.name for variant in ablation.without(row, Effect.PERHAPS)],
        "gained_without": [variant.name for variant in ablation.without(row, Effect.GAINED)],
        "variants": [
            {"name": variant.name, **_cell(ablation.cell(row, column))}
            for column, variant in enumerate(ablation.variants)
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    score = cell.score
    known = score.reason is None
    low, high = cell.interval if known else (None, None)
    return {
        "share_inside": score.share_inside if known else None,
        "inside": int(score.inside.sum()) if known else None,
        "low": low,
        "high": high,
        "median": score.main.quantile(0.5),
        "effect": str(cell.effect),
        "chance": cell.chance,
        "reason": score.reason,
    }


def as_frame(ablation: Ablation) -> pd.DataFrame:
    """A row for each pattern and variant."""
    rows = [
        {
            "pattern": pattern.id,
            "kind": pattern.kind,
            "variant": variant.name,
            "off": variant.off,
            "replicates": ablation.replicates,
            **_cell(ablation.cell(row, column)),
        }
        for row, pattern in enumerate(ablation.patterns)
        for column, variant in enumerate(ablation.variants)
    ]
    frame = pd.DataFrame(rows).astype({"share_inside": float, "low": float, "high": float, "median": float})
    return frame.astype({"inside": "Int32", "chance": float, "replicates": "int32"})


def as_markdown(ablation: Ablation, command: str) -> str:
    """The ablation as a page."""
    manifest = ablation.baseline.manifest
    half = ablation.replicates // 2
    low, high = wilson(half, ablation.replicates)
    lines = [
        "# Patterns without mechanisms",
        "",
        f"`{command}`",
        "",
        f"Scenario `{manifest['scenario']}`, seed {ablation.baseline.seed}, {ablation.replicates} replicates of each "
        f"variant, sahelsim {manifest['versions'].get('sahelsim')}. Each column is the scenario with one thing "
        "switched off; numbers are the percentage of replicates that show the pattern.",
        "",
        "![Share of replicates that show each pattern](ablation.png)",
        "",
        *_matrix(ablation),
        "",
        f"▼ lost: it held in at least {ablation.threshold:.0%} of the replicates and no longer does, or its share "
        f"falls by more than {ablation.drop * 100:.0f} points, and the chance of so uneven a split of the replicates "
        f"that differ is below {SURE:.0%} (exact test of McNemar, two-sided, replicates paired by their random "
        f"numbers). ▽ perhaps lost: by the same rule, but with a chance of up to {OPEN:.0%}. ▲ gained: the reverse "
        "of ▼. – cannot be measured.",
        "",
        f"Uncertainty: {half} of {ablation.replicates} replicates is {half / ablation.replicates:.0%} with a "
        f"{CONFIDENCE:.0%} interval of {low:.0%} to {high:.0%} (Wilson); ablation.json has that of every share. If "
        f"nothing mattered, up to {_false_alarms(ablation):.0f} of the "
        f"{len(ablation.patterns) * (len(ablation.variants) - 1)} cells could be marked ▼ or ▲ by chance.",
        "",
        "## What each pattern needs",
        "",
        "| pattern | as it is | lost without | perhaps lost without | gained without |",
        "|---|---|---|---|---|",
    ]
    for row, pattern in enumerate(ablation.patterns):
        effects = (Effect.LOST, Effect.PERHAPS, Effect.GAINED)
        names = [", ".join(v.name for v in ablation.without(row, effect)) or "" for effect in effects]
        base = ablation.cell(row, 0)
        lines.append(f"| {pattern.id}: {_safe(pattern.title)} | {_state(base)} | {' | '.join(names)} |")
    lines += ["", "## Median of the first condition of each pattern", "", *_medians(ablation)]
    lines += ["", "## What was switched off", ""]
    lines += [f"- {variant.name}: `{variant.off}`" for variant in ablation.variants[1:]]
    reasons = dict.fromkeys(
        f"- {cell.score.pattern.id}: {cell.score.reason}" for cell in _cells(ablation) if cell.score.reason
    )
    if reasons:
        lines += ["", "## What cannot be measured", "", *reasons]
    return "\n".join(lines) + "\n"


def _cells(ablation: Ablation) -> list[Cell]:
    shape = (range(len(ablation.patterns)), range(len(ablation.variants)))
    return [ablation.cell(row, column) for row in shape[0] for column in shape[1]]


def _false_alarms(ablation: Ablation) -> float:
    return SURE * len(ablation.patterns) * (len(ablation.variants) - 1)


def _safe(text: str) -> str:
    return text.replace("|", "/")


def _state(cell: Cell) -> str:
    if cell.score.reason:
        return "cannot be measured"
    low, high = cell.interval
    verb = "holds" if cell.score.holds else "misses"
    return f"{verb}, {cell.score.share_inside:.0%} ({low:.0%}–{high:.0%})"


def _head(ablation: Ablation, *first: str) -> list[str]:
    names = [*first, *(_safe(variant.name) for variant in ablation.variants)]
    return [f"| {' | '.join(names)} |", "|---" * len(first) + "|---:" * len(ablation.variants) + "|"]


def _matrix(ablation: Ablation) -> list[str]:
    lines = _head(ablation, "pattern")
    for row, pattern in enumerate(ablation.patterns):
        cells = [ablation.cell(row, column) for column in range(len(ablation.variants))]
        shown = [_MARKS.get(cell.effect, "{}").format(f"{cell.score.share_inside * 100:.0f}") for cell in cells]
        lines.append(f"| {pattern.id.split('_')[0]} {_safe(pattern.label)} | {' | '.join(shown)} |")
    return lines


def _medians(ablation: Ablation) -> list[str]:
    lines = _head(ablation, "pattern: condition", "record")
    for row, pattern in enumerate(ablation.patterns):
        mains = [card.patterns[row].main for card in ablation.cards]
        condition = mains[0].condition
        shown = [written(main.quantile(0.5), condition.unit) for main in mains]
        name = f"{pattern.id.split('_')[0]}: {_safe(condition.name)}"
        lines.append(f"| {name} | {written(mains[0].record, condition.unit)} | {' | '.join(shown)} |")
    return lines
