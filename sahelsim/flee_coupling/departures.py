"""Who sets out from where on which day, in whole people.

The number away of a place starts at zero on the first day, grows with those who flee, falls with those who come home,
and is never negative, since some who come home fled before. What counts is each new high of it: as in Flee's refugee
counts a fall is a debt that later flight has to pay first. Of the people so far ``floor(abroad_share * sum)`` have set
out for another country, spread evenly over the days of a month that the run covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.flee_coupling.case import Case
from sahelsim.flee_coupling.catchment import nearest_origin
from sahelsim.flee_coupling.period import whole_months
from sahelsim.results import Run
from sahelsim.results.arrow import calendar_days, month_ids

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Departures", "departures", "net_flight", "spread"]

Counts = npt.NDArray[np.int64]

FLOWS = "flows.parquet"


@dataclass(frozen=True)
class Departures:
    """People by day and what was left out.

    Attributes
    ----------
    people : int64, shape (days, origins)
        People who set out for another country.
    stayed : int
        People of the catchments who fled within the period and stayed in their country.
    out_of_reach : int
        People of the home country who fled, net by month, from places that no location stands for.
    """

    people: Counts
    stayed: int
    out_of_reach: int


def departures(run: Run, case: Case, replicate: int, start: date, days: int) -> Departures:
    """Departures of one replicate over a period that the run covers."""
    end = start + timedelta(days=days - 1)
    first, last = whole_months(run, start, end)
    dates = calendar_days(first, np.arange((last - first).days + 1))
    month_of_day = month_ids(dates).astype(np.int64)
    months = np.unique(month_of_day)
    net, beyond = _net_by_month(run, case, replicate, months)
    before = (start - first).days
    daily = spread(net_flight(net), np.bincount(month_of_day - months[0]))[before : before + days]
    abroad = np.floor(case.parameters.abroad_share * daily.cumsum(axis=0) + 1e-9).astype(np.int64)
    people = np.diff(abroad, axis=0, prepend=0)
    return Departures(people, int(daily.sum() - people.sum()), beyond)


def net_flight(net: Counts) -> Counts:
    """New highs of the number away in each column, never negative; the number away starts at zero and stays above."""
    rise = np.zeros_like(net)
    away = np.zeros(net.shape[1], dtype=np.int64)
    highest = away
    for month, change in enumerate(net):
        away = np.maximum(away + change, 0)
        rise[month] = np.maximum(away - highest, 0)
        highest = highest + rise[month]
    return rise


def spread(people: Counts, length: npt.NDArray[np.integer]) -> Counts:
    """Months to days: each month's people evenly over its days, whole and without loss."""
    parts = []
    for number, days in zip(people, length, strict=True):
        so_far = number[None, :] * np.arange(1, days + 1, dtype=np.int64)[:, None] // days
        parts.append(np.diff(so_far, axis=0, prepend=0))
    return np.concatenate(parts)


def _net_by_month(run: Run, case: Case, replicate: int, months: Counts) -> tuple[Counts, int]:
    """Net flight by month and origin, and the sum of the positive ones of places out of reach."""
    frame = _from_flows(run, replicate) if FLOWS in run.manifest["outputs"] else _from_populations(run, replicate)
    origin = nearest_origin(case, frame["latitude"], frame["longitude"], frame["country"])
    month = frame["month_id"].to_numpy().astype(np.int64) - months[0]
    inside = (month >= 0) & (month < months.size)
    people = frame["people"].to_numpy().astype(np.int64)
    net = np.zeros((months.size, len(case.origins)), dtype=np.int64)
    here = inside & (origin >= 0)
    np.add.at(net, (month[here], origin[here]), people[here])
    beyond = np.zeros((months.size, 1), dtype=np.int64)
    there = inside & (origin == -2)
    np.add.at(beyond, (month[there], 0), people[there])
    return net, int(net_flight(beyond).sum())


def _from_flows(run: Run, replicate: int) -> pd.DataFrame:
    """Those who fled less those who returned, by home, from the table of flows; who moves on has set out already."""
    flows = run.flows(replicate)
    flows["people"] = flows["fled"] - flows["returned"]
    places = run.communities().set_index("community")[["latitude", "longitude", "country"]]
    return flows.join(places, on="origin")


def _from_populations(run: Run, replicate: int) -> pd.DataFrame:
    """The fall of each community's population less its dead, where a run has no table of flows."""
    population = run.allegiance(replicate, every_month=True).sort_values(["community", "month_id"])
    population["people"] = -population.groupby("community")["population"].diff().fillna(0).astype(np.int64)
    truth = run.truth(replicate)
    dead = truth[truth["community"] >= 0].groupby(["community", "month_id"])["deaths_civilians"].sum()
    joined = population.join(dead, on=["community", "month_id"])
    joined["people"] -= joined["deaths_civilians"].fillna(0).astype(np.int64)
    places = run.communities().set_index("community")[["latitude", "longitude", "country"]]
    return joined.join(places, on="community")
