"""Names and colours that the figures of forecasts share."""

from __future__ import annotations

from collections.abc import Sequence

from sahelsim.forecast.read import Forecast
from sahelsim.forecast.score import MODEL
from sahelsim.ged.units import COUNTRIES, month_name
from sahelsim.plot.style import FAINT, OKABE_ITO

__all__ = ["MODEL_COLOUR", "OUTCOME_NAMES", "colour_of", "origin_of", "unit_name"]

OUTCOME_NAMES = {"events": "events", "deaths_best": "deaths (best)"}

MODEL_COLOUR = OKABE_ITO["vermillion"]

_COLOURS = {
    "zero": FAINT, "last": "#555555", "empirical12": OKABE_ITO["blue"], "negbin12": OKABE_ITO["sky"],
    "negbin6": OKABE_ITO["sky"], "negbin3": OKABE_ITO["sky"], "ewnegbin": OKABE_ITO["green"],
    "hawkes": OKABE_ITO["purple"], "climatology": OKABE_ITO["orange"],
}  # fmt: skip
_COUNTRIES = {str(code): name for name, code in COUNTRIES.items()}


def colour_of(model: str) -> str:
    """The colour of a model: one for the forecast, others for the baselines."""
    return MODEL_COLOUR if model == MODEL else _COLOURS.get(model, FAINT)


def unit_name(level: str, unit: str) -> str:
    """A unit as people call it: countries by name."""
    return _COUNTRIES.get(unit, unit) if level == "country" else unit


def origin_of(forecast: Forecast, origins: Sequence[int] = ()) -> str:
    """What a reader needs to make the forecast again; `origins` where there are several."""
    manifest = forecast.manifest
    parts = [str(manifest[key]) for key in ("scenario", "name") if isinstance(manifest.get(key), str)][:1]
    months = sorted(origins) or [forecast.origin]
    several = f"{len(months)} origins, {month_name(months[0])} to {month_name(months[-1])}"
    parts += [several if len(months) > 1 else f"origin {month_name(months[0])}"]
    parts += [f"seed {manifest['seed']}"] if isinstance(manifest.get("seed"), int) else []
    versions = manifest.get("versions")
    version = versions.get("sahelsim") if isinstance(versions, dict) else None
    return " · ".join([*parts, f"sahelsim {version}"] if version else parts)
