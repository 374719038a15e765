"""The rebuild: from the originals to the very tables that are in the package."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sahelsim.region import load_region
from sahelsim.region.rebuild.__main__ import main

DATA = Path(__file__).parents[2] / "shared" / "data"
PACKAGED = Path(load_region("central_sahel").folder)

pytest.importorskip("shapely")
pytestmark = pytest.mark.jit_only  # no kernel takes part: once is enough
here = pytest.mark.skipif(not DATA.is_dir(), reason="the originals are not here")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rebuilt") / "new"
    assert main([str(DATA), "--out", str(out)]) == 0
    return out


@here
def test_rebuild_writes_what_is_packaged(rebuilt: Path) -> None:
    assert sorted(p.name for p in rebuilt.iterdir()) == sorted(p.name for p in PACKAGED.iterdir())
    for path in PACKAGED.iterdir():
        if path.suffix in (".csv", ".toml", ".md"):
            assert (rebuilt / path.name).read_bytes() == path.read_bytes(), path.name
    for name in ("raster.parquet", "settlements.parquet"):
        old, new = pq.read_table(PACKAGED / name), pq.read_table(rebuilt / name)
        assert old.equals(new), name
    old_lines, new_lines = (json.loads((f / "outlines.geojson").read_text()) for f in (PACKAGED, rebuilt))
    assert old_lines == new_lines


@here
def test_the_rebuilt_region_loads(rebuilt: Path) -> None:
    ours, theirs = load_region(rebuilt), load_region("central_sahel")
    assert np.array_equal(ours.settlements.population, theirs.settlements.population)
    assert ours.places == theirs.places


@here
def test_settlements_of_an_event_have_its_unit(rebuilt: Path) -> None:
    """The product writes GED's names: at its events the raster has its unit."""
    region = load_region(rebuilt)
    with next(DATA.glob("ucdp_ged_*.csv")).open(encoding="utf-8") as stream:
        events = [e for e in csv.DictReader(stream) if e["where_prec"] in "12" and e["adm_1"]]
    names = {unit.name for unit in region.admin1}
    inside = [e for e in events if e["adm_1"] in names]
    pixel = region.raster.pixel_of([float(e["latitude"]) for e in inside], [float(e["longitude"]) for e in inside])
    known = [(e, p) for e, p in zip(inside, pixel.tolist(), strict=True) if p >= 0]
    agree = [region.admin1[region.raster.admin1[p]].name == e["adm_1"] for e, p in known]
    assert len(known) > 1_200
    assert np.mean(agree) > 0.96


def test_faults_end_with_two_and_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "holds no ucdp_ged_*.csv" in capsys.readouterr().err
    (tmp_path / "ucdp_ged_x.csv").write_text("a,b\n1,2\n")
    assert main([str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "geonames_settlements.csv: cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
