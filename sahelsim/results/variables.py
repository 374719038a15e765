"""Every variable and coordinate of panel.zarr, the monthly cell panel."""

from __future__ import annotations

from sahelsim.results.registry import PanelVariable

__all__ = ["PANEL", "PANEL_COORDINATES"]

_BY_TYPE = ("replicate", "month", "type", "cell")

PANEL: tuple[PanelVariable, ...] = (
    PanelVariable("events_reported", _BY_TYPE, "int32", "events", "events in the record, by reported month and place"),
    PanelVariable("deaths_reported", _BY_TYPE, "int64", "deaths", "best estimate of their deaths"),
    PanelVariable("events_true", _BY_TYPE, "int32", "events", "true events in which somebody died"),
    PanelVariable("deaths_true", _BY_TYPE, "int64", "deaths", "true deaths"),
    PanelVariable("presence", ("replicate", "month", "actor", "cell"), "int32", "fighters", "fighters in the cell"),
    PanelVariable(
        "control",
        ("replicate", "month", "cell"),
        "int8",
        "camp",
        "camp that holds the cell (index), -1 nobody",
    ),
    PanelVariable("displaced", ("replicate", "month", "cell"), "int32", "people", "people who took refuge in the cell"),
    PanelVariable("besieged", ("replicate", "month", "cell"), "int32", "people", "people of communities under siege"),
)
"""State (presence, control, displaced, besieged) is that at the end of the month's last step."""

PANEL_COORDINATES: tuple[PanelVariable, ...] = (
    PanelVariable("replicate", ("replicate",), "int32", "1", "number of the realisation, from 0"),
    PanelVariable("month", ("month",), "int32", "month_id", "month as (year - 1980) * 12 + month"),
    PanelVariable("type", ("type",), "int32", "1", "type of violence: 1 state-based, 2 non-state, 3 one-sided"),
    PanelVariable("actor", ("actor",), "int32", "1", "actor (index; names in the attribute `names`)"),
    PanelVariable("cell", ("cell",), "int32", "1", "cell of the scenario's grid, row by row from the south-west"),
    PanelVariable("latitude", ("cell",), "float64", "degrees north", "centre of the cell"),
    PanelVariable("longitude", ("cell",), "float64", "degrees east", "centre of the cell"),
    PanelVariable("priogrid_gid", ("cell",), "int32", "1", "PRIO-GRID cell that it lies in"),
    PanelVariable(
        "country", ("cell",), "int32", "1", "country (index; names in the attribute `names`), -1 outside any"
    ),
)
