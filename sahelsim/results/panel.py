"""The monthly cell panel of one replicate as arrays, and its store (zarr, format 3)."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.observation.report import Observation
from sahelsim.record import Panel, ViolenceLog
from sahelsim.results.arrow import calendar_days, month_ids
from sahelsim.results.event_tables import true_deaths
from sahelsim.results.registry import PanelVariable
from sahelsim.results.variables import PANEL, PANEL_COORDINATES
from sahelsim.scenario.schema import Calendar
from sahelsim.world.ground import Ground

if TYPE_CHECKING:
    import zarr

__all__ = ["PanelStore", "besieged_people", "months_of", "panel_arrays"]

_TYPES = 3
_CHUNK_BYTES = 32 * 2**20
_ZSTD_LEVEL = 3

Arrays = dict[str, npt.NDArray[np.integer[Any]]]


def months_of(calendar: Calendar) -> npt.NDArray[np.int32]:
    """Every month from the first to the last day of the calendar, (T,)."""
    days = np.array([0, calendar.steps * calendar.step_days - 1])
    first, last = month_ids(calendar_days(calendar.start, days))
    return np.arange(first, last + 1, dtype=np.int32)


def panel_arrays(panel: Panel, violence: ViolenceLog, seen: Observation, ground: Ground, calendar: Calendar) -> Arrays:
    """The variables of `columns.PANEL` for one replicate, by name, without the replicate axis.

    A month in which no step begins carries the state of the month before it.
    """
    months = months_of(calendar)
    deaths = true_deaths(violence)
    some = np.flatnonzero(deaths > 0)

    def count(days: npt.NDArray[np.int64], kind: Any, cell: Any, weight: Any) -> npt.NDArray[np.int64]:
        out = np.zeros((months.size, _TYPES, ground.cells), dtype=np.int64)
        month = month_ids(calendar_days(calendar.start, days)) - months[0]
        inside = cell >= 0
        np.add.at(out, (month[inside], kind[inside] - 1, cell[inside]), weight[inside])
        return out

    reported = seen.window[:, 0], seen.sides.kind[seen.row], seen.places.cell
    true = seen.day[some], seen.sides.kind[some], violence.cell[some]
    row = np.maximum(np.searchsorted(panel.months, months, side="right") - 1, 0)
    arrays: dict[str, Any] = {
        "events_reported": count(*reported, np.ones(seen.row.size, dtype=np.int64)),
        "deaths_reported": count(*reported, seen.counts[:, 4]),
        "events_true": count(*true, np.ones(some.size, dtype=np.int64)),
        "deaths_true": count(*true, deaths[some]),
        "presence": panel.presence[row],
        "control": panel.control[row],
        "displaced": panel.displaced[row],
        "besieged": besieged_people(panel, ground)[row],
    }
    return {variable.name: arrays[variable.name].astype(variable.dtype) for variable in PANEL}


def besieged_people(panel: Panel, ground: Ground) -> npt.NDArray[np.int64]:
    """People present in besieged communities by month and cell, (T, C)."""
    out = np.zeros((panel.months.size, ground.cells), dtype=np.int64)
    month, community = np.nonzero(panel.besieger >= 0)
    np.add.at(out, (month, ground.community_cell[community]), panel.population[month, community])
    return out


class PanelStore:
    """panel.zarr while it is being written: one chunk along `replicate` for each replicate, by one writer."""

    def __init__(self, path: Path, replicates: int, ground: Ground, calendar: Calendar) -> None:
        import zarr

        self._path = path
        names = ground.names
        self._group: zarr.Group = zarr.create_group(path, zarr_format=3)
        self._coordinates = _coordinates(replicates, ground, calendar)
        self._sizes = {name: values.size for name, values in self._coordinates.items()}
        labels = {"actor": names.actors, "country": names.country_names}
        for variable in PANEL_COORDINATES:
            array = self._create(
                variable, self._sizes[variable.dims[0]], {"names": list(labels.get(variable.name, ()))}
            )
            array[...] = self._coordinates[variable.name]
        for variable in PANEL:
            more = {"names": list(names.camps)} if variable.name == "control" else {}
            self._create(variable, 1, more)

    def _create(self, variable: PanelVariable, first_chunk: int, more: dict[str, list[str]]) -> zarr.Array[Any]:
        from zarr.codecs import ZstdCodec

        shape = tuple(self._sizes[dim] for dim in variable.dims)
        chunks = (first_chunk, *shape[1:])
        if len(shape) > 2:
            month = int(np.prod(shape[2:])) * np.dtype(variable.dtype).itemsize
            chunks = (1, max(1, min(shape[1], _CHUNK_BYTES // month)), *shape[2:])
        about = {"units": variable.unit, "description": variable.meaning}
        return self._group.create_array(
            variable.name,
            shape=shape,
            chunks=chunks,
            dtype=variable.dtype,
            fill_value=0,
            dimension_names=variable.dims,
            compressors=ZstdCodec(level=_ZSTD_LEVEL),
            attributes=about | {key: value for key, value in more.items() if value},
        )

    def add(self, replicate: int, arrays: Arrays) -> None:
        """Write one replicate."""
        for name, values in arrays.items():
            array: Any = self._group[name]
            array[replicate] = values

    def close(self) -> None:
        """Gather the metadata of all arrays in one place, so that opening reads one file."""
        import zarr

        with warnings.catch_warnings():  # consolidated metadata is not yet in the text of the format
            warnings.simplefilter("ignore")
            zarr.consolidate_metadata(self._path)


def _coordinates(replicates: int, ground: Ground, calendar: Calendar) -> dict[str, npt.NDArray[Any]]:
    return {
        "replicate": np.arange(replicates, dtype=np.int32),
        "month": months_of(calendar),
        "type": np.arange(1, _TYPES + 1, dtype=np.int32),
        "actor": np.arange(len(ground.names.actors), dtype=np.int32),
        "cell": np.arange(ground.cells, dtype=np.int32),
        "latitude": ground.cells_latitude,
        "longitude": ground.cells_longitude,
        "priogrid_gid": ground.cells_gid,
        "country": ground.cells_country.astype(np.int32),
    }
