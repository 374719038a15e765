"""Panels of runs: a zip that zarr reads as a store, filled by one worker beside its shards.

A file takes runs of every variant and draw, and is replaced whole by a longer one until it is long enough, so that
there are few of them. Runs that have cells, months and names in common share a group of arrays in it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sahelsim.errors import BadInput
from sahelsim.results.panel import months_of
from sahelsim.results.variables import PANEL, PANEL_COORDINATES
from sahelsim.sweep.files import Aside
from sahelsim.sweep.layout import PANELS

if TYPE_CHECKING:
    import xarray as xr
    import zarr
    from zarr.core.buffer import Buffer

    from sahelsim.scenario.schema import Calendar
    from sahelsim.world.ground import Ground

__all__ = ["PanelWriter", "RunPanel", "panels_readable", "read_panels"]

_ZSTD_LEVEL = 3
_MOST_BYTES = 16 * 2**20  # of a file, compressed
_MOST_WRITES = 32  # of one file; each writes again what it has
_NUMBERS = 256  # runs in a chunk of their numbers
_METADATA = "zarr.json"  # of a group or an array
_OLDEST = (1980, 1, 1, 0, 0, 0)  # the date of every entry: the same panels make the same bytes


class RunPanel(NamedTuple):
    """The panel of one run: arrays by name, without an axis for runs, and what they lie on."""

    run: str
    what_if: str
    draw: int
    replicate: int
    arrays: Mapping[str, npt.NDArray[Any]]
    ground: Ground
    calendar: Calendar


class PanelWriter:
    """Writes the panels of one worker. Its memory is bounded by the length of a file.

    Parameters
    ----------
    store : Path
    """

    def __init__(self, store: Path) -> None:
        self._folder = store / PANELS
        self._shard, self._number = "", 0
        self._file: _PanelFile | None = None

    def begin(self, shard: str, panels: Sequence[RunPanel]) -> tuple[str, Aside]:
        """Write panels beside their place, in a file that belongs to a shard.

        Returns
        -------
        str
            Name of the file.
        Aside
            The file, to be put in its place.

        Raises
        ------
        StoreFull, BadInput
            They could not be written; the file is as it was before. It is gone on with only once it has been put.
        """
        if shard != self._shard:
            self._shard, self._number, self._file = shard, 0, None
        number, file = self._number, self._file or _PanelFile()
        self._number, self._file = number + 1, None
        name = f"{shard}-{number:04}.zarr.zip"
        file.add(panels)
        return name, Aside(self._folder / name, file.write, then=partial(self._go_on, shard, number, file))

    def _go_on(self, shard: str, number: int, file: _PanelFile) -> None:
        """Fill a file that is on disk further, unless it is full."""
        if shard == self._shard and not file.full:
            self._number, self._file = number, file


class _PanelFile:
    """A file while it grows: its entries as they will stand in the zip."""

    def __init__(self) -> None:
        import zarr
        from zarr.storage import MemoryStore

        self._entries: dict[str, Buffer] = {}
        self._root = zarr.create_group(MemoryStore(self._entries), zarr_format=3)
        self._parts: dict[bytes, _Part] = {}
        self._writes = 0

    @property
    def full(self) -> bool:
        """Whether the next runs should go elsewhere."""
        return self._writes >= _MOST_WRITES or sum(map(len, self._entries.values())) >= _MOST_BYTES

    def add(self, panels: Sequence[RunPanel]) -> None:
        """Take some more runs."""
        together: dict[bytes, list[RunPanel]] = {}
        for panel in panels:
            together.setdefault(_common(panel), []).append(panel)
        for key, members in together.items():
            if key not in self._parts:
                self._parts[key] = _Part(self._root.create_group(str(len(self._parts))), members[0])
            self._parts[key].append(members)

    def write(self, path: Path) -> None:
        """Write all of it."""
        self._writes += 1
        with zipfile.ZipFile(path, "w") as file:
            for name, content in self._entries.items():
                file.writestr(zipfile.ZipInfo(name, _OLDEST), content.to_bytes())


class _Part:
    """A group for runs that have cells, months and names in common; a chunk for each run and variable."""

    def __init__(self, group: zarr.Group, first: RunPanel) -> None:
        from zarr.codecs import ZstdCodec

        self._group = group
        self._runs: list[str] = []
        self._what_ifs: list[str] = []
        labels = _labels(first.ground)
        self._arrays: dict[str, zarr.Array[Any]] = {}

        def make(name: str, dims: tuple[str, ...], shape: tuple[int, ...], chunks: tuple[int, ...], kind: Any,
                 about: Mapping[str, Any]) -> zarr.Array[Any]:  # fmt: skip
            names = {"names": labels[name]} if name in labels else {}
            return group.create_array(
                name, shape=shape, chunks=chunks, dtype=kind, dimension_names=dims,
                compressors=ZstdCodec(level=_ZSTD_LEVEL), attributes={**about, **names},
            )  # fmt: skip

        for name, values in _coordinates(first).items():
            about = {"units": next(v.unit for v in PANEL_COORDINATES if v.name == name)}
            dims = next(v.dims for v in PANEL_COORDINATES if v.name == name)
            make(name, dims, values.shape, values.shape, values.dtype, about)[...] = values
        for name in ("draw", "replicate"):
            self._arrays[name] = make(name, ("run",), (0,), (_NUMBERS,), np.int32, {})
        for variable in PANEL:
            values, about = first.arrays[variable.name], {"units": variable.unit, "description": variable.meaning}
            dims = ("run", *variable.dims[1:])
            self._arrays[variable.name] = make(
                variable.name, dims, (0, *values.shape), (1, *values.shape), values.dtype, about
            )

    def append(self, panels: Sequence[RunPanel]) -> None:
        """Some more runs, after those that it has."""
        self._arrays["draw"].append(np.array([panel.draw for panel in panels], np.int32))
        self._arrays["replicate"].append(np.array([panel.replicate for panel in panels], np.int32))
        for variable in PANEL:
            self._arrays[variable.name].append(np.stack([panel.arrays[variable.name] for panel in panels]))
        self._runs += [panel.run for panel in panels]
        self._what_ifs += [panel.what_if for panel in panels]
        self._group.update_attributes({"runs": self._runs, "what_ifs": self._what_ifs})


def _labels(ground: Ground) -> dict[str, list[str]]:
    names = ground.names
    return {"actor": list(names.actors), "country": list(names.country_names), "control": list(names.camps)}


def _coordinates(panel: RunPanel) -> dict[str, npt.NDArray[Any]]:
    ground = panel.ground
    return {
        "month": months_of(panel.calendar),
        "type": np.arange(1, 4, dtype=np.int32),
        "actor": np.arange(len(ground.names.actors), dtype=np.int32),
        "cell": np.arange(ground.cells, dtype=np.int32),
        "latitude": ground.cells_latitude,
        "longitude": ground.cells_longitude,
        "priogrid_gid": ground.cells_gid,
        "country": ground.cells_country.astype(np.int32),
    }


def _common(panel: RunPanel) -> bytes:
    """Equal for panels that lie on the same cells and months and have the same names, whichever world they are of."""
    digest = hashlib.sha256(json.dumps(_labels(panel.ground)).encode())
    for name, values in _coordinates(panel).items():
        digest.update(f"{name} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.digest()


@contextmanager
def panels_readable(path: Path) -> Iterator[None]:
    """What goes wrong with a file of panels in the user's words."""
    try:
        yield
    except FileNotFoundError:
        raise BadInput(f"is missing; {_AGAIN}", file=path) from None
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        said = str(error).splitlines() or [type(error).__name__]
        raise BadInput(f"is damaged: {said[0]}; {_AGAIN}", file=path) from None


_AGAIN = "`sahelsim sweep resume EXPERIMENT --quarantine` sets it aside with its rows and does its runs again"


def read_panels(path: Path, runs: Collection[str]) -> Iterator[xr.Dataset]:
    """The panels of some runs of one file, read when they are used; actors, countries and camps by name.

    Parameters
    ----------
    path : Path
    runs : collection of str
        Their names.

    Yields
    ------
    Dataset
        Along `run`, with coordinates what_if, draw and replicate; one for each part with cells and names of its own.

    Raises
    ------
    BadInput
        The file is damaged or missing, or does not hold one of the runs.
    """
    import zarr
    from zarr.storage import ZipStore

    wanted, found = set(runs), 0
    with panels_readable(path):
        _check_metadata(path)
        store = ZipStore(path, mode="r")
        root = zarr.open_group(store, mode="r")
        names = sorted(root.group_keys(), key=int)
        parts: dict[str, list[str]] = {name: list(dict(root[name].attrs)["runs"]) for name in names}  # type: ignore[arg-type]
    for name, held in parts.items():
        at = {run: i for i, run in enumerate(held) if run in wanted}  # twice, after a write that failed: one of them
        if at:
            found += len(at)
            with panels_readable(path):
                part = _open_part(store, name).isel(run=sorted(at.values()))
            yield part
    if found < len(wanted):
        raise BadInput(f"does not hold {len(wanted) - found} of the runs that its rows name; {_AGAIN}", file=path)


def _check_metadata(path: Path) -> None:
    """Raise what is wrong with it here, before zarr reads it in tasks that would each print what they met."""
    with zipfile.ZipFile(path) as file:
        for name in file.namelist():
            if name.endswith(_METADATA):
                file.read(name)


def _open_part(store: Any, name: str) -> xr.Dataset:
    import xarray as xr

    from sahelsim.results.filling import named_panel

    dataset: xr.Dataset = xr.open_zarr(store, group=name, chunks=None, consolidated=False)
    runs, what_ifs = (np.array(dataset.attrs[key], dtype=object) for key in ("runs", "what_ifs"))
    dataset = dataset.assign_coords(run=("run", runs), what_if=("run", what_ifs))
    return named_panel(dataset.set_coords(["draw", "replicate"]).drop_attrs(deep=False))
