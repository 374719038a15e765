"""Borders and rivers for figures: clipped to a box a little larger than the region, and simplified."""

from __future__ import annotations

from typing import Any

from sahelsim.region.rebuild.originals import Originals
from sahelsim.region.tables import Box

__all__ = ["SIMPLIFY_DEGREES", "outlines"]

SIMPLIFY_DEGREES = 0.01
"""Tolerance of the simplification [degrees], about 1 km."""

_DIGITS = 3


def outlines(originals: Originals, frame: Box) -> dict[str, Any]:
    """A GeoJSON feature collection: polygons of kind "country" with iso3 and name, lines of kind "river".

    Parameters
    ----------
    originals : Originals
    frame : Box
        What is kept [degrees].
    """
    from shapely.geometry import box, mapping, shape

    window = box(frame.lon_min, frame.lat_min, frame.lon_max, frame.lat_max)
    features = []
    for kind, source in (("country", originals.borders), ("river", originals.rivers)):
        for feature in source:
            clipped = shape(feature["geometry"]).intersection(window).simplify(SIMPLIFY_DEGREES)
            if clipped.is_empty or clipped.length == 0:
                continue
            found = feature["properties"]
            names = {"iso3": found["ISO_A3"], "name": found["ADMIN"]} if kind == "country" else {"name": found["name"]}
            geometry = _rounded(mapping(clipped))
            features.append({"type": "Feature", "properties": {"kind": kind, **names}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, (list, tuple)):
        return [_rounded(inner) for inner in value]
    return value
