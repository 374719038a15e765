"""Parameters of the coupling."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sahelsim.parameters import Strict, parameter

__all__ = ["CouplingParameters"]


class CouplingParameters(Strict):
    """How a run becomes input of Flee."""

    catchment_km: float = parameter(
        "km", 1, 2000, "reach of a location: the nearest one of its country gets the people and the violence",
        "by hand: the ten locations of the Mali case stand for ten regions",
    )  # fmt: skip
    window_days: int = parameter("day", 1, 366, "days looked back on, the day itself included", "by hand")
    deaths_threshold: int = parameter(
        "deaths",
        1,
        1_000_000,
        "deaths in the catchment within the window that make a conflict zone",
        "by hand",
    )
    deaths: Literal["reported", "true"] = Field(
        description="reported: the best estimate of the record, as Flee's own cases take events from ACLED; "
        "true: every death of the simulation"
    )
    abroad_share: float = parameter(
        "1", 0, 1, "of those who fled, the share that looks for refuge beyond the border",
        "Malians abroad and displaced within Mali: 0.37 in May 2013 (UNHCR Mali Situation Update 19: 176,986 and "
        "301,027), about 0.4 since (181,000 in Hodh Chargui in February 2024, 61,000 in Niger in 2022, "
        "20,000 in Burkina Faso in 2021; 354,000 within Mali in March 2024: UNHCR, OCHA)",
    )  # fmt: skip
    people_per_agent: int = parameter(
        "people", 1, 100_000, "people that one agent of Flee stands for (its `hasten`)", "time of computing"
    )
    shortest_detour: float = parameter(
        "1", 0, 1, "a road shorter than this multiple of the straight line is called wrong",
        "no road is shorter than the straight line; the rest is for the rounding of coordinates",
    )  # fmt: skip
    longest_detour: float = parameter(
        "1", 1, 100, "a road longer than this multiple of the straight line is called wrong",
        "twice the largest of 15 roads of the Mali case of 2012 of FabFlee, 2.1",
    )  # fmt: skip
