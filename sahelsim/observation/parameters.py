"""Parameters of reporting: from what happened to what the record shows."""

from __future__ import annotations

from pydantic import model_validator

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["ObservationParameters"]


class ObservationParameters(MechanismParameters):
    """Missed events, counts with low/best/high, and places and dates of varying precision."""

    base: float = parameter(
        "1",
        -10,
        10,
        "log-odds that an event with one death in an easy place is reported",
        "Weidmann 2016; by hand",
    )
    size: float = parameter("1", 0, 5, "log-odds per log unit of deaths", "Weidmann 2016: small events are missed")
    remoteness: float = parameter("1", 0, 10, "log-odds lost in the most remote cell", "Weidmann 2016; by hand")
    civilian: float = parameter("1", -5, 5, "log-odds added when the dead are civilians", "by hand")
    non_state: float = parameter("1", -5, 5, "log-odds added when no state takes part", "by hand")
    growth: float = parameter(
        "1/year", -1, 1, "log-odds gained per year as monitoring improves", "Eck 2012 on coverage; by hand"
    )
    growth_from: int | None = parameter(
        "year", 1900, 2200, "year in which growth is nothing; null: the year of the first step", "by hand", default=None
    )
    count_noise: float = parameter(
        "1",
        0,
        2,
        "standard deviation of the log of reported over true deaths",
        "by hand; GED low/high spread",
    )
    range_share: float = parameter(
        "1", 0, 1, "chance that sources disagree so that low and high differ from best", "UCDP GED"
    )
    range_width: float = parameter(
        "1", 0, 3, "mean log width of low to high when sources disagree", "UCDP GED; by hand"
    )
    range_below: float = parameter(
        "1",
        0,
        1,
        "chance that the disagreement lies below best (low < best = high), else above",
        "UCDP GED 2017-21: 277 of 466 ranges",
    )
    unsplit_state: float = parameter(
        "1",
        0,
        1,
        "chance that a state-based battle's dead are not told apart by side (deaths_unknown)",
        "UCDP GED 2017-21, 843 events",
    )
    unsplit_non_state: float = parameter(
        "1",
        0,
        1,
        "the same for battles between non-state actors",
        "UCDP GED 2017-21, 193 events",
    )
    place_exact: float = parameter("1", 0, 1, "share of events placed exactly (where_prec 1)", "UCDP GED 2017-21")
    place_near: float = parameter("1", 0, 1, "share placed within 25 km (where_prec 2)", "UCDP GED 2017-21")
    place_district: float = parameter("1", 0, 1, "share placed at a district town (where_prec 3)", "UCDP GED 2017-21")
    place_province: float = parameter(
        "1",
        0,
        1,
        "share placed in the first-level area (where_prec 4)",
        "UCDP GED 2017-21, 1,638 events",
    )
    place_area: float = parameter(
        "1",
        0,
        1,
        "share placed along a road or in a loose area (where_prec 5); the rest is placed in the country (6)",
        "UCDP GED 2017-21, 1,638 events",
    )
    date_exact: float = parameter("1", 0, 1, "share of events with an exact day (date_prec 1)", "UCDP GED 2017-21")
    date_days: float = parameter("1", 0, 1, "share dated within 2-6 days (date_prec 2)", "UCDP GED 2017-21")
    date_week: float = parameter("1", 0, 1, "share dated to a week (date_prec 3)", "UCDP GED 2017-21")
    date_month: float = parameter(
        "1",
        0,
        1,
        "share dated to a month (date_prec 4); what is left is dated to 32-100 days (5)",
        "UCDP GED 2017-21, 1,638 events",
    )
    unattributed: float = parameter(
        "1",
        0,
        1,
        "share of events whose perpetrator or side the record cannot name, and so leaves out",
        "by hand",
    )

    @model_validator(mode="after")
    def _shares(self) -> ObservationParameters:
        for what, total in (
            (
                "place",
                self.place_exact + self.place_near + self.place_district + self.place_province + self.place_area,
            ),
            ("date", self.date_exact + self.date_days + self.date_week + self.date_month),
        ):
            if total > 1.0 + 1e-9:
                raise ValueError(f"the {what}_* shares add up to {total:g}; together they may be at most 1")
        return self
