"""Parameters of the link between the model's war and the record, for assimilation and forecasts."""

from __future__ import annotations

from sahelsim.parameters import Strict, parameter

__all__ = ["AssimilationParameters"]


class AssimilationParameters(Strict):
    """How far the record may stray from what the model expects of it, and how the ensemble follows it.

    The equations are in `assimilation.discrepancy` and `assimilation.island`.
    """

    memory: float = parameter(
        "months", 1, 240, "half-life of the discrepancy of a unit: after it half of the way back to the model is gone",
        "chosen on forecasts of 2018-2020",
    )  # fmt: skip
    wander: float = parameter(
        "1", 0, 2, "standard deviation of a month's change of the log discrepancy of a unit",
        "chosen on forecasts of 2018-2020",
    )  # fmt: skip
    spread: float = parameter(
        "1", 0, 5, "standard deviation of the log discrepancy of a unit before any record", "by hand; a factor of 4.5"
    )
    trend_memory: float = parameter(
        "months", 1, 240, "half-life of the common trend", "chosen on forecasts of 2018-2020"
    )
    trend_spread: float = parameter(
        "1/month", 0, 1, "standard deviation of the common trend before any record", "by hand; some 40 % a year"
    )
    trend_wander: float = parameter(
        "1/month", 0, 1, "standard deviation of a month's change of the common trend", "by hand"
    )
    season: float = parameter(
        "1", 0, 2, "standard deviation of each of the two coefficients of the yearly wave in the log rate",
        "by hand; fewer events in the rains, July to September",
    )  # fmt: skip
    dispersion: float = parameter(
        "1", 1.01, 20, "variance of a month's count over its mean, given the rate",
        "UCDP GED 2017-21 has 2.8 to 4.9 with the changes of the rate in it; by hand",
    )  # fmt: skip
    floor: float = parameter(
        "events/month",
        1e-6,
        10,
        "rate that the model is never trusted to undercut",
        "by hand: one event in four years",
    )
    smoothing: float = parameter(
        "months", 0, 60, "standard deviation of the kernel that smooths what one particle expects over time",
        "by hand: single particles are as noisy as the war itself",
    )  # fmt: skip
    trust: float = parameter(
        "1", 0, 1, "power of the likelihood by which particles are weighed: 1 takes the model at its word",
        "by hand; below 1 as the model is known to be wrong (tempering)",
    )  # fmt: skip
    resample_below: float = parameter(
        "1", 0, 1, "share of effective particles of an island below which it is drawn anew", "usual choice: a half"
    )
    marks_months: int = parameter(
        "months", 1, 600, "how far back the dead of recorded events are drawn from", "chosen on forecasts of 2018-2020"
    )
    marks_shared: float = parameter(
        "events", 0, 1000, "weight of the events of all units among those of one, where it has few", "by hand"
    )
    place_memory: float = parameter(
        "months", 1, 600, "half-life of a recorded event as a sign of where the next ones will be", "by hand"
    )
    place_spread: float = parameter(
        "1", 0, 1, "share of that sign that is spread over the eight neighbours of its cell", "by hand"
    )
    place_model: float = parameter("1", 0, 1, "share of the places that are the model's", "by hand")
    place_clumping: float = parameter(
        "events", 0.1, 1e6, "concentration of the places of a year: the smaller, the more the events of a draw clump",
        "by hand",
    )  # fmt: skip
