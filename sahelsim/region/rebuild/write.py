"""Write the tables: each to a temporary sibling, flushed to disk, then renamed."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.errors import SahelsimError
from sahelsim.region.rebuild.originals import SOURCES, Originals
from sahelsim.region.rebuild.units import Columns

__all__ = ["Writer"]


class Writer:
    """Writes into one folder and remembers what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: list[Path] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SahelsimError(f"{folder}: cannot be made: {error.strerror}") from None

    def copy_sources(self) -> None:
        """The hand-written tables that go into the region as they are."""
        for name in ("region.toml", "peoples.csv", "people_mixture.csv", "clans.csv", "README.md"):
            self._bytes(name, (SOURCES / name).read_bytes())

    def countries(self) -> None:
        """countries.csv: the source with an index."""
        with (SOURCES / "countries.csv").open(encoding="utf-8", newline="") as stream:
            header, *rows = list(csv.reader(stream))
        self._csv("countries.csv", ["index", *header], ([i, *row] for i, row in enumerate(rows)))

    def admin1(self, originals: Originals) -> None:
        """admin1.csv: index, country and name."""
        units = originals.admin1
        rows = ([i, units["country"][i], units["name"][i]] for i in range(len(units)))
        self._csv("admin1.csv", ["index", "country", "name"], rows)

    def census(self, originals: Originals, total: npt.NDArray[np.int64]) -> None:
        """census.csv: the source with the population of 2017 that the settlements sum to."""
        census, units = originals.census, originals.admin1
        names = list(zip(units["country"], units["name"], strict=True))
        with (SOURCES / "census.csv").open(encoding="utf-8", newline="") as stream:
            header, *rows = list(csv.reader(stream))
        place = header.index("source")
        people = [total[names.index(key)] for key in zip(census["country"], census["admin1"], strict=True)]
        filled = ([*row[:place], n, *row[place:]] for row, n in zip(rows, people, strict=True))
        self._csv("census.csv", [*header[:place], "population_2017", *header[place:]], filled)

    def raster(self, raster: Columns) -> None:
        """raster.parquet: small integers, 255 for none, whole kilometres."""
        small = {name: np.where(raster[name] < 0, 255, raster[name]).astype(np.uint8) for name in ("country", "admin1")}
        small |= {name: raster[name] for name in ("river", "desert")}
        small["border_km"] = np.minimum(np.round(raster["border_km"]), 65535).astype(np.uint16)
        self._parquet("raster.parquet", small)

    def settlements(self, places: Columns) -> None:
        """settlements.parquet, ordered by id."""
        kinds = {
            "id": "int64",
            "name": "str",
            "latitude": "float64",
            "longitude": "float64",
            "country": "int16",
        }
        kinds |= {"admin1": "int16", "admin2": "str", "population": "int64", "urban": "bool"}
        self._parquet("settlements.parquet", {name: places[name].astype(kind) for name, kind in kinds.items()})

    def places(self, rows: list[tuple[object, ...]]) -> None:
        """places.csv: the gazetteer."""
        head = ["name", "aliases", "country", "latitude", "longitude", "population", "role", "source"]
        self._csv("places.csv", head, rows)

    def outlines(self, collection: dict[str, Any]) -> None:
        """outlines.geojson, one line."""
        self._bytes("outlines.geojson", json.dumps(collection, separators=(",", ":"), ensure_ascii=False).encode())

    def _csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        self._bytes(name, stream.getvalue().encode("utf-8"))

    def _parquet(self, name: str, columns: Columns) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        arrays = {
            key: pa.array(values.tolist() if values.dtype.kind == "U" else values) for key, values in columns.items()
        }
        sink = io.BytesIO()
        pq.write_table(pa.table(arrays), sink, compression="zstd", compression_level=19)
        self._bytes(name, sink.getvalue())

    def _bytes(self, name: str, content: bytes) -> None:
        path = self.folder / name
        aside = path.with_name(f".{name}.{os.getpid()}.tmp")
        try:
            with aside.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            aside.replace(path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise SahelsimError(f"{path}: cannot be written: {error.strerror}") from None
        self.written.append(path)
