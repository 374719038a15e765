"""What is left out of the files, put back: months without change, dyads without events, names for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["fill_months", "named_panel", "overview_of"]


def fill_months(changes: pd.DataFrame, camps: pd.DataFrame) -> pd.DataFrame:
    """A row for each replicate, community and month.

    Parameters
    ----------
    changes : DataFrame
        allegiance.parquet.
    camps : DataFrame
        camps.parquet, for the months of the run.
    """
    import pandas as pd

    months = pd.Index(camps["month_id"].unique(), name="month_id")
    keys = ["replicate", "community"]
    who = changes[keys].drop_duplicates()
    full = who.merge(months.to_frame(index=False), how="cross").sort_values([*keys, "month_id"], ignore_index=True)
    at = full.merge(changes[[*keys, "month_id"]].assign(row=range(len(changes))), how="left", on=[*keys, "month_id"])
    row = at["row"].ffill().astype("int64")  # each community has a row in the first month
    state = changes.columns.difference(full.columns, sort=False)
    return full.join(changes[state].iloc[row].reset_index(drop=True))


def overview_of(summary: pd.DataFrame, replicates: int) -> pd.DataFrame:
    """Events and deaths of each dyad over the whole run, dyads with most events first.

    Parameters
    ----------
    summary : DataFrame
        summary.parquet.
    replicates : int
        Replicates of the run; one in which a dyad has no row counts as 0.

    Returns
    -------
    DataFrame
        type_of_violence, dyad_name, and for events, deaths (best) and events_true the mean and the 5 % and
        95 % quantiles: columns ``events``, ``events_05``, ``events_95`` and so on.
    """
    import numpy as np

    keys = ["type_of_violence", "dyad_name"]
    out = summary[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    dyad = summary.groupby(keys).ngroup().to_numpy()
    for name, column in (("events", "events"), ("deaths", "best"), ("events_true", "events_true")):
        by_replicate = np.zeros((len(out), replicates))
        np.add.at(by_replicate, (dyad, summary["replicate"].to_numpy()), summary[column].to_numpy())
        out[name] = by_replicate.mean(axis=1)
        out[f"{name}_05"], out[f"{name}_95"] = np.quantile(by_replicate, [0.05, 0.95], axis=1)
    order = ["events", "events_true", "dyad_name"]
    return out.sort_values(order, ascending=[False, False, True], ignore_index=True)


def named_panel(dataset: xr.Dataset) -> xr.Dataset:
    """The panel with actors and countries by name ("" outside any), and each month's first day as `date`."""
    import numpy as np

    countries = np.array([*dataset["country"].attrs["names"], ""], dtype=object)
    first = np.datetime64("1980-01", "M") + (dataset["month"].to_numpy().astype(np.int64) - 1).astype("timedelta64[M]")
    dataset = dataset.set_coords(["latitude", "longitude", "priogrid_gid", "country"])
    return dataset.assign_coords(
        actor=("actor", np.array(dataset["actor"].attrs["names"], dtype=object)),
        country=("cell", countries[dataset["country"].to_numpy()]),
        date=("month", first.astype("datetime64[ns]")),
    )
