"""The money of the war: what each actor takes and spends by month, what it has, and how hard up it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.plot.ensemble import BANDS_NOTE, bands, count_by, draw_bands
from sahelsim.plot.fighters import heading
from sahelsim.plot.style import INK, OKABE_ITO, SMALL, dress, new_figure
from sahelsim.plot.timeline import dress_time, middle_of, months_of_run
from sahelsim.terms import Account

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelsim.results import Run

__all__ = ["money_by_actor", "monthly_accounts", "monthly_means"]

FloatArray = npt.NDArray[np.float64]

_COLUMNS = 3
_ROW = 2.9  # inches
_HEIGHTS = (2.4, 1.0, 0.8)  # of money, treasury and strain
_MILLION = 1e6
_WEEK = 7.0  # days
_COLOURS = {
    Account.SUPPORT: "blue",
    Account.TAX: "green",
    Account.TRADE: "orange",
    Account.GOLD: "yellow",
    Account.RANSOM: "purple",
    Account.PAY: "vermillion",
    Account.RECRUITMENT: "black",
}
"""Accounts in the order of the stack; what was there at the start is no income."""


def monthly_accounts(run: Run) -> dict[str, FloatArray]:
    """Income and spending by actor, shape (accounts, T) each in the order of `Account`, mean of the replicates.

    Actors without a budget are left out.
    """
    table = run.accounts()
    months = months_of_run(run.scenario.calendar)
    names = {account.name.lower(): int(account) for account in Account}
    found = {}
    for actor in run.scenario.actors:
        rows = table[table["actor"] == actor]
        where = rows["account"].map(names).to_numpy(dtype=np.int64), rows["month_id"].to_numpy() - months[0]
        amounts = count_by((len(Account), months.size), where, rows["amount"].to_numpy()) / run.replicates
        if len(rows):
            found[actor] = amounts
    return found


def monthly_means(run: Run, actor: str, column: str) -> FloatArray:
    """Treasury or strain of an actor at the end of each month, shape (R, T)."""
    table = run.budgets()
    months = months_of_run(run.scenario.calendar)
    rows = table[table["actor"] == actor]
    where = rows["replicate"].to_numpy(), rows["month_id"].to_numpy() - months[0]
    return count_by((run.replicates, months.size), where, rows[column].to_numpy())


def money_by_actor(run: Run) -> Figure:
    """For each actor with a budget: income and spending by month, treasury and strain."""
    from matplotlib.patches import Patch

    found = monthly_accounts(run)
    columns = min(_COLUMNS, max(1, len(found)))
    rows = max(1, -(-len(found) // columns))
    notes = [
        "Above the line income, below it spending, a week, by month"
        + (": means of the replicates." if run.replicates > 1 else "."),
        "Treasury and strain (remembered share of unpaid wages, 0 to 1) at the end of the month.",
        *([BANDS_NOTE] if run.replicates > 1 else []),
        "Actors without a budget are not shown; each panel of money has a scale of its own.",
    ]
    keys = [Patch(color=OKABE_ITO[colour], label=account.name.capitalize()) for account, colour in _COLOURS.items()]
    figure = new_figure(run, "Money of the actors", rows * _ROW + 1.1 if found else 1.9, notes=notes, keys=keys)
    if not found:
        figure.text(0.5, 0.55, "No actor of this scenario has a budget", ha="center", fontsize=SMALL, color=INK)
        return figure
    grid = figure.add_gridspec(len(_HEIGHTS) * rows, columns, height_ratios=_HEIGHTS * rows)
    for number, (actor, amounts) in enumerate(found.items()):
        row, column = divmod(number, columns)
        at = len(_HEIGHTS) * row
        flows, treasury, strain = (figure.add_subplot(grid[at + i, column]) for i in range(len(_HEIGHTS)))
        last = number + columns >= len(found)
        _panel(run, actor, amounts, (flows, treasury, strain), left=column == 0, last=last)
    return figure


def _weeks(run: Run) -> FloatArray:
    """Weeks of the steps that are counted in each month, shape (T,); a step is of the month of its first day."""
    calendar = run.scenario.calendar
    days = np.datetime64(calendar.start) + np.arange(calendar.steps) * np.timedelta64(calendar.step_days, "D")
    months = months_of_run(calendar)
    first = (days.astype("datetime64[M]") - np.datetime64("1980-01", "M")).astype(np.int64) + 1 - months[0]
    return np.maximum(count_by((months.size,), (first,), calendar.step_days / _WEEK), 1.0)


def _panel(
    run: Run, actor: str, amounts: FloatArray, panels: tuple[Axes, Axes, Axes], *, left: bool, last: bool
) -> None:
    """Flows over the treasury over the strain of one actor."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    calendar = run.scenario.calendar
    x = middle_of(months_of_run(calendar))
    flows, treasury, strain = panels
    weekly = amounts / _weeks(run) / _MILLION
    for sign in (1.0, -1.0):
        floor = np.zeros(x.size)
        for account, colour in _COLOURS.items():
            top = floor + np.where(sign * weekly[account] > 0.0, weekly[account], 0.0)
            flows.fill_between(x, floor, top, color=OKABE_ITO[colour], linewidth=0, label=account.name)
            floor = top
    flows.axhline(0.0, color=INK, linewidth=0.5)
    dress(flows, title=heading(actor), y="Million $ a week" if left else "")
    held = monthly_means(run, actor, "treasury") / _MILLION
    draw_bands(treasury, x, held, INK)
    treasury.set_ylim(0, max(1e-3, 1.08 * float(bands(held)[-1].max())))
    dress(treasury, y="Treasury\n(million $)" if left else "")
    draw_bands(strain, x, monthly_means(run, actor, "strain"), OKABE_ITO["vermillion"])
    strain.set_ylim(0, 1)
    dress(strain, x="Month" if last else "", y="Strain" if left else "")
    for axes in (flows, treasury):
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "\u2212")))
        dress_time(axes, calendar, labels=False, room=4)
    dress_time(strain, calendar, labels=last, room=4)
