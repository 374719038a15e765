"""The toy workload of the benchmark: the same in every engine, and in ours on any number of threads."""

from __future__ import annotations

from itertools import pairwise

import benchmark_parts  # noqa: F401 - puts the benchmarks on the path
import numpy as np
import pytest
from toy_engines import in_mesa, in_numpy, ours
from toy_engines.workload import ATTACHMENT, PULL

pytestmark = pytest.mark.jit_only

WIDTH = 24
AGENTS = 6_000  # ten a cell


def played(threads: int, agents: int = AGENTS, steps: int = 5) -> tuple[bytes, ...]:
    toy = ours.Toy(agents, 3, threads, width=WIDTH)
    for _ in range(steps):
        toy.step()
    toy.close()
    return toy.number.tobytes(), toy.cell.tobytes(), toy.group.tobytes()


@pytest.mark.parametrize("agents", [1, 700, AGENTS])
def test_threads_do_not_matter(agents: int) -> None:
    assert played(1, agents) == played(2, agents) == played(5, agents)


def test_everybody_moves_one_cell_and_nobody_is_lost() -> None:
    toy = ours.Toy(AGENTS, 1, width=WIDTH)
    states = [tuple(map(np.array, toy.state()))]
    for _ in range(3):
        toy.step()
        assert np.array_equal(np.sort(toy.number), np.arange(AGENTS))
        assert (np.diff(toy.cell) >= 0).all()
        states.append(tuple(map(np.array, toy.state())))
    for (before, _), (after, _) in pairwise(states):
        down, right = (np.abs(f(after) - f(before)) for f in (lambda c: c // WIDTH, lambda c: c % WIDTH))
        far = np.maximum(np.minimum(down, WIDTH - down), np.minimum(right, WIDTH - right))
        assert (far == 1).all()


def test_one_alone_keeps_its_group() -> None:
    toy = ours.Toy(1, 1, width=WIDTH)
    group = int(toy.group[0])
    for _ in range(50):
        toy.step()
        assert int(toy.group[0]) == group


def chances(cell: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Chance of each agent to change its group, from the definition of the workload, summed over whom it may meet."""
    out = np.zeros(cell.size)
    for c in np.unique(cell):
        here = np.flatnonzero(cell == c)
        have = np.bincount(group[here], minlength=3)
        for i in here:
            own = group[i]
            for g in range(3):
                if g != own and here.size > 1:
                    worth = ATTACHMENT + PULL * (have[g] - have[own]) / here.size
                    out[i] += have[g] / (here.size - 1) / (1.0 + np.exp(-worth))
    return out


@pytest.mark.parametrize("toy", [ours.Toy, in_numpy.Toy, in_mesa.Toy])
def test_changes_of_group_are_as_many_as_the_equation_has_it(toy: type) -> None:
    model = toy(AGENTS, 2, width=WIDTH)
    model.step()
    changed, mean, variance = 0, 0.0, 0.0
    for _ in range(3):
        _, before = map(np.array, model.state())
        model.step()
        cell, after = map(np.array, model.state())
        p = chances(cell, before)
        changed += int((before != after).sum())
        mean += p.sum()
        variance += (p * (1.0 - p)).sum()
    assert abs(changed - mean) < 4.0 * np.sqrt(variance)  # four standard errors: false alarm in one of 16,000 seeds


@pytest.mark.parametrize("toy", [ours.Toy, in_numpy.Toy, in_mesa.Toy])
def test_each_neighbour_is_as_likely(toy: type) -> None:
    model = toy(AGENTS, 4, width=WIDTH)
    before, _ = map(np.array, model.state())
    model.step()
    after, _ = map(np.array, model.state())
    down = (after // WIDTH - before // WIDTH + 1) % WIDTH
    right = (after % WIDTH - before % WIDTH + 1) % WIDTH
    counts = np.bincount(3 * down + right, minlength=9)
    assert counts[4] == 0
    expected = AGENTS / 8
    chi2 = ((np.delete(counts, 4) - expected) ** 2 / expected).sum()
    assert chi2 < 24.3  # 0.999 quantile of chi2 with 7 degrees of freedom
