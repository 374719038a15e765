"""A forecast on the screen: sums over its months, beside the year before its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from sahelsim.forecast.make import Forecast

__all__ = ["print_forecast"]

_YEAR = 12


def print_forecast(forecast: Forecast, console: Console) -> None:
    """Events and deaths over all months: mean and the middle nine tenths of the draws."""
    import numpy as np

    from sahelsim.ged.units import COUNTRIES, month_name

    plan, record = forecast.plan, forecast.record
    console.print(f"Recorded events and deaths, {month_name(plan.first)} to {month_name(plan.last)}, as of "
                  f"{month_name(plan.origin)}\n")  # fmt: skip
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    each = ("year before", "forecast", "90 %")
    for heading in (*(f"events,\n{word}" for word in each), *(f"deaths,\n{word}" for word in each)):
        table.add_column(heading, justify="right", no_wrap=True)
    names = {str(code): country for country, code in COUNTRIES.items()}
    for level in ("dyad", "country"):
        units = forecast.units[level]
        counts = record.counts(level, units, plan.origin - _YEAR + 1).sum(axis=0)
        dead = [int(each.sum()) for each in record.dead(level, units, _YEAR)]
        for k, unit in enumerate(units):
            row = [names.get(unit, unit)]
            for known, draws in ((int(counts[k]), forecast.events), (dead[k], forecast.deaths)):
                total = draws[level][:, :, k].sum(axis=1)
                low, high = np.quantile(total, [0.05, 0.95])
                row += [f"{known:,}", f"{total.mean():,.0f}", f"{low:,.0f} to {high:,.0f}"]
            table.add_row(*row, end_section=k == len(units) - 1)
        if level == "dyad":
            table.add_row()
    console.print(table)
    ensemble = forecast.assimilation
    islands = ensemble.island_weights.size
    console.print(
        f"\nMean and middle nine tenths of {plan.draws:,} draws, beside the twelve months to the origin; deaths are "
        f"best estimates. Dyads and countries are drawn apart and do not add up to each other. "
        f"{ensemble.weights.size} particles in {islands} island{'s' * (islands > 1)}, of which "
        f"{ensemble.effective_particles:.0f} effective."
    )
