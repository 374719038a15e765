"""The collected table of made-up stores."""

from __future__ import annotations

import polars as pl
import pytest
from sweep_tables import THREE, made_up

from sahelsim.errors import BadInput
from sahelsim.sweep.collect import collect

WHAT_IFS = "what_ifs: { meek: { changes: { actors.army.skill: 0.5 } }, a: { changes: { actors.army.skill: 0.6 } } }\n"


def test_no_name_of_a_factor_changes_the_order_of_the_rows(tmp_path):
    text = THREE.replace("  a:", "  position:").replace("size: 200", "size: 30") + WHAT_IFS
    store = made_up(tmp_path, lambda *_: 1.0, text=text)
    collect(store.path, tmp_path / "table.parquet")
    table = pl.read_parquet(tmp_path / "table.parquet")
    assert table["draw"].to_list() == [draw for draw in range(30) for _ in range(3)]
    assert table["what_if"].to_list() == ["baseline", "meek", "a"] * 30
    assert table["position"].to_list() == [v for v in store.draws.collect()["position"].to_list() for _ in range(3)]


def test_a_table_that_cannot_be_written_is_named_and_no_temporary_file(tmp_path):
    store = made_up(tmp_path, lambda *_: 1.0, text=THREE.replace("size: 200", "size: 30"))
    out = tmp_path / ("t" * 246 + ".parquet")  # room for the name, not for that of the file beside it
    with pytest.raises(BadInput, match=r"^.*t{246}\.parquet: --out: cannot be written: File name too long$"):
        collect(store.path, out)
