"""Panels of the runs of a chunk: one zarr group in one file (a zip that zarr reads as a store), by one writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sahelsim.results.panel import months_of
from sahelsim.results.variables import PANEL, PANEL_COORDINATES
from sahelsim.sweep.files import write_file

if TYPE_CHECKING:
    import xarray as xr

    from sahelsim.scenario.schema import Calendar
    from sahelsim.world.ground import Ground

__all__ = ["RunPanel", "read_panels", "write_panels"]

_ZSTD_LEVEL = 3


class RunPanel(NamedTuple):
    """The panel of one run: arrays by name, without an axis for runs."""

    run: str
    draw: int
    replicate: int
    arrays: Mapping[str, npt.NDArray[Any]]


def write_panels(path: Path, panels: Sequence[RunPanel], ground: Ground, calendar: Calendar) -> None:
    """Write the panels of runs of one variant; a chunk of zarr for each run and variable."""
    write_file(path, lambda aside: _write(aside, panels, ground, calendar))


def _write(path: Path, panels: Sequence[RunPanel], ground: Ground, calendar: Calendar) -> None:
    import zarr
    from zarr.codecs import ZstdCodec
    from zarr.storage import ZipStore

    names = ground.names
    labels = {"actor": list(names.actors), "country": list(names.country_names), "control": list(names.camps)}
    columns = {"draw": [p.draw for p in panels], "replicate": [p.replicate for p in panels]}
    with ZipStore(path, mode="w") as store:
        group = zarr.create_group(store, zarr_format=3, attributes={"runs": [p.run for p in panels]})

        def add(name: str, dims: tuple[str, ...], values: npt.NDArray[Any], about: Mapping[str, Any]) -> None:
            one_run = (1, *values.shape[1:]) if dims[0] == "run" and len(dims) > 1 else values.shape
            array = group.create_array(
                name, shape=values.shape, chunks=one_run, dtype=values.dtype, dimension_names=dims,
                compressors=ZstdCodec(level=_ZSTD_LEVEL), attributes=dict(about),
            )  # fmt: skip
            array[...] = values

        for name, numbers in columns.items():
            add(name, ("run",), np.array(numbers, np.int32), {})
        for variable in PANEL_COORDINATES:
            if variable.name != "replicate":
                values = _coordinate(variable.name, ground, calendar)
                more = {"names": labels[variable.name]} if variable.name in labels else {}
                add(variable.name, variable.dims, values, {"units": variable.unit, **more})
        for variable in PANEL:
            about = {"units": variable.unit, "description": variable.meaning}
            more = {"names": labels[variable.name]} if variable.name in labels else {}
            stacked = np.stack([panel.arrays[variable.name] for panel in panels])
            add(variable.name, ("run", *variable.dims[1:]), stacked, {**about, **more})


def _coordinate(name: str, ground: Ground, calendar: Calendar) -> npt.NDArray[Any]:
    values: dict[str, npt.NDArray[Any]] = {
        "month": months_of(calendar),
        "type": np.arange(1, 4, dtype=np.int32),
        "actor": np.arange(len(ground.names.actors), dtype=np.int32),
        "cell": np.arange(ground.cells, dtype=np.int32),
        "latitude": ground.cells_latitude,
        "longitude": ground.cells_longitude,
        "priogrid_gid": ground.cells_gid,
        "country": ground.cells_country.astype(np.int32),
    }
    return values[name]


def read_panels(path: Path) -> xr.Dataset:
    """The panels of one file by run, read when they are used; actors, countries and camps by name."""
    import xarray as xr
    from zarr.storage import ZipStore

    from sahelsim.results.filling import named_panel

    dataset: xr.Dataset = xr.open_zarr(ZipStore(path, mode="r"), chunks=None, consolidated=False)
    dataset = dataset.assign_coords(run=("run", np.array(dataset.attrs["runs"], dtype=object)))
    return named_panel(dataset.set_coords(["draw", "replicate"]).drop_attrs(deep=False))
