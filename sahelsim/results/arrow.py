"""Arrow columns from index arrays: labels, dates and tables with the schema of the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.results.columns import TABLES
from sahelsim.results.registry import Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["calendar_days", "labelled", "make_table", "month_ids", "schema_of", "years"]

Integers = npt.NDArray[np.integer[Any]]
Days = npt.NDArray[np.datetime64]


def schema_of(table: Table) -> pa.Schema:
    """Arrow schema of a table of the registry."""
    import pyarrow as pa

    types: dict[str, pa.DataType] = {
        "int32": pa.int32(), "int64": pa.int64(), "float32": pa.float32(), "float64": pa.float64(),
        "string": pa.string(), "date": pa.date32(),
    }  # fmt: skip
    return pa.schema([(column.name, types[column.type]) for column in table.columns])


def make_table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """A table of the registry from NumPy arrays and Arrow arrays by column name, in any order.

    Raises
    ------
    ValueError
        If the columns are not those of the registry, or do not fit its types.
    """
    import pyarrow as pa

    schema = schema_of(TABLES[name])
    if set(columns) != set(schema.names):
        raise ValueError(f"{name}: columns {sorted(set(columns) ^ set(schema.names))} do not match the registry")
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def labelled(codes: Integers, labels: Sequence[str]) -> pa.Array[Any]:
    """Strings from indices into `labels`; null where the index is negative."""
    import pyarrow as pa

    none = codes < 0
    indices: Any = pa.array(np.where(none, 0, codes).astype(np.int32), mask=none)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(labels), pa.string())).cast(pa.string())


def calendar_days(start: date, days: Integers) -> Days:
    """Calendar days from numbers of days since `start`."""
    return np.datetime64(start, "D") + days.astype("timedelta64[D]")


def month_ids(days: Days) -> npt.NDArray[np.int32]:
    """ViEWS/UCDP month number of each day: 1 is January 1980."""
    return ((days.astype("datetime64[M]") - np.datetime64("1980-01", "M")).astype(np.int64) + 1).astype(np.int32)


def years(days: Days) -> npt.NDArray[np.int32]:
    """Year of each day."""
    return (days.astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int32)
