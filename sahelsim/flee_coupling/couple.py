"""From a run to Flee and back: input of each replicate, Flee on it, and the camp series of all of them in one table."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelsim.errors import BadInput, SahelsimError
from sahelsim.flee_coupling.case import Case
from sahelsim.flee_coupling.conflict import conflict_days
from sahelsim.flee_coupling.departures import FLOWS, departures
from sahelsim.flee_coupling.inputs import flee_seed, write_inputs
from sahelsim.flee_coupling.period import Period, choose_period
from sahelsim.flee_coupling.runner import ELSEWHERE, read_out, require_flee, run_flee
from sahelsim.results import Run
from sahelsim.results.storage import MANIFEST, aside

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Coupled", "couple", "open_coupled"]

FORMAT = "sahelsim-flee"
_CAMPS, _PEOPLE = "camps", "people"


@dataclass(frozen=True)
class Coupled:
    """A finished coupling: tables in a folder."""

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """manifest.json: run, case, period, parameters, Flee's version, and the people of each replicate."""
        file = self.path / MANIFEST
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"cannot be read: {error}", file=file) from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise BadInput(f"is not the manifest of a coupling with Flee (no format {FORMAT!r})", file=file)
        return content

    def camps(self) -> pd.DataFrame:
        """Refugees by replicate, date and camp."""
        return self._table(_CAMPS)

    def people(self) -> pd.DataFrame:
        """By replicate and date: who has left, and where they are; the other columns add up to `left`."""
        return self._table(_PEOPLE)

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        try:
            return pd.read_parquet(self.path / f"{name}.parquet")
        except (OSError, ValueError) as error:
            raise BadInput(f"cannot be read: {error}", file=self.path / f"{name}.parquet") from error


def open_coupled(path: str | Path) -> Coupled:
    """Open what `couple` wrote; raises BadInput when there is nothing of the kind."""
    coupled = Coupled(Path(path))
    assert coupled.manifest
    return coupled


def couple(
    run: Run,
    case: Case,
    out: Path,
    *,
    replicates: Sequence[int] | None = None,
    start: date | None = None,
    end: date | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    force: bool = False,
) -> Coupled:
    """Run Flee on replicates of a run.

    Parameters
    ----------
    run : Run
        From `sahelsim.results.open_run`.
    case : Case
        From `load_case`.
    out : Path
        Folder for the tables and for Flee's input, one folder for each replicate. It appears whole or not at all.
    replicates : sequence of int, optional
        All of the run when not given.
    start, end : date, optional
        First and last day, instead of the case's.
    workers : int
        How many run at once; the results are the same.
    progress : callable
        Called with days done and days in all.
    force : bool
        Replace an earlier coupling in `out`.

    Raises
    ------
    BadInput
        Flee is not installed, or the run has no such replicate or does not cover the period.
    SahelsimError
        Flee failed, or lost people.
    """
    require_flee()
    chosen = _chosen(run, replicates)
    period = choose_period(run, case, start, end)
    _refuse_other(out)
    with aside(out, force=force) as folder:
        people = {number: _prepare(run, case, period, number, folder / _name(number)) for number in chosen}
        with _counting(progress, period.days * len(chosen)) as tick:
            _run_all([folder / _name(number) for number in chosen], workers, tick)
        _tables(folder, case, chosen)
        _manifest(folder, run, case, period, people)
    return Coupled(out)


def _chosen(run: Run, replicates: Sequence[int] | None) -> list[int]:
    chosen = sorted(set(range(run.replicates) if replicates is None else replicates))
    for number in chosen:
        if not 0 <= number < run.replicates:
            raise BadInput(
                f"there is no replicate {number}; the run has 0 to {run.replicates - 1}",
                file=run.path, path="--replicate",
            )  # fmt: skip
    return chosen


def _refuse_other(out: Path) -> None:
    """`aside` replaces finished runs; a run of sahelsim is not ours to replace."""
    if (out / MANIFEST).is_file():
        try:
            assert Coupled(out).manifest
        except BadInput:
            raise BadInput("holds a run; choose another directory", file=out, path="--out") from None


def _name(replicate: int) -> str:
    return f"replicate_{replicate:03d}"


def _prepare(run: Run, case: Case, period: Period, replicate: int, folder: Path) -> dict[str, int]:
    """Write the input of one replicate; returns its people."""
    conflict = conflict_days(run, case, replicate, period.start, period.days)
    leaving = departures(run, case, replicate, period.start, period.days)
    write_inputs(folder, case, period.start, conflict, leaving.people, flee_seed(run.seed, replicate))
    return {
        "left": int(leaving.people.sum()),
        "stayed_in_country": leaving.stayed,
        "out_of_reach": leaving.out_of_reach,
        "conflict_days": int(conflict.sum()),
    }


@contextmanager
def _counting(progress: Callable[[int, int], None] | None, total: int) -> Iterator[Callable[[], None]]:
    lock, done = threading.Lock(), 0

    def tick() -> None:
        nonlocal done
        with lock:
            done += 1
            if progress is not None:
                progress(done, total)

    yield tick


def _run_all(folders: list[Path], workers: int, tick: Callable[[], None]) -> None:
    """Each folder in a process; a failure or Ctrl-C ends those that run, and no further one starts."""
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        jobs = [pool.submit(run_flee, folder, tick, stop) for folder in folders]
        try:
            for job in jobs:
                job.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _tables(folder: Path, case: Case, chosen: Sequence[int]) -> None:
    """camps.parquet and .csv, people.parquet and .csv."""
    import pandas as pd

    names = [camp.name for camp in case.camps]
    camps, people = [], []
    for number in chosen:
        found = read_out(folder / _name(number))
        found.insert(0, "replicate", number)
        long = found.melt(id_vars=["replicate", "date"], value_vars=names, var_name="camp", value_name="refugees")
        camps.append(long)
        some = found[["replicate", "date", "left", *ELSEWHERE]].copy()
        some.insert(3, "in_camps", found[names].sum(axis=1))
        people.append(some)
    for name, frames in ((_CAMPS, camps), (_PEOPLE, people)):
        table = pd.concat(frames, ignore_index=True).astype({"replicate": "int32"})
        table["date"] = table["date"].dt.date
        table.to_parquet(folder / f"{name}.parquet", index=False)
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _manifest(folder: Path, run: Run, case: Case, period: Period, people: dict[int, dict[str, int]]) -> None:
    content = {
        "format": FORMAT,
        "run": {"path": str(run.path), "scenario": run.manifest["scenario"], "seed": run.seed},
        "case": case.folder.name,
        "home": case.home,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "note": period.note,
        "flight_from": FLOWS if FLOWS in run.manifest["outputs"] else "allegiance.parquet",
        "parameters": case.parameters.model_dump(),
        "camps": {camp.name: {"country": camp.country, "capacity": camp.people} for camp in case.camps},
        "versions": {"flee": version("flee"), "sahelsim": version("sahelsim")},
        "replicates": {str(number): numbers for number, numbers in people.items()},
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    try:
        (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise SahelsimError(f"{folder / MANIFEST}: writing failed: {error.strerror}") from error
