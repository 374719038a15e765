"""The collected table of made-up stores."""

from __future__ import annotations

import polars as pl
from sweep_tables import THREE, made_up

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
