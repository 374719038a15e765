"""Priors: what is refused in a scenario and where, and draws that follow the distributions and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenario_texts import marked
from scipy import stats

from sahelsim import load_scenario
from sahelsim.calibration.chance import Purpose, generator
from sahelsim.calibration.distributions import below, quantile
from sahelsim.calibration.priors import prior_space, sample_priors
from sahelsim.errors import BadInput
from sahelsim.scenario.outline import bounds
from sahelsim.scenario.priors import LogitNormal, LogNormal, LogUniform, Normal, Prior, Uniform
from sahelsim.scenario.targets import find_target

WHAT = {"path": "mechanisms.battle.rate", "source": "test"}
PRIORS: list[Prior] = [
    Uniform(**WHAT, distribution="uniform", low=-1.0, high=3.0),
    LogUniform(**WHAT, distribution="log_uniform", low=0.01, high=2.0),
    Normal(**WHAT, distribution="normal", mean=0.5, sd=0.7, low=-1.0, high=1.0),
    LogNormal(**WHAT, distribution="log_normal", median=0.2, factor=2.0, low=0.05, high=0.5),
    LogitNormal(**WHAT, distribution="logit_normal", median=0.3, sd=1.2, low=0.1, high=0.9),
]
FROZEN = [
    stats.uniform(-1, 4),
    stats.loguniform(0.01, 2.0),
    stats.truncnorm((-1 - 0.5) / 0.7, (1 - 0.5) / 0.7, 0.5, 0.7),
]


def names(prior: Prior) -> str:
    return prior.distribution


@pytest.mark.parametrize("prior", PRIORS, ids=names)
def test_quantiles_and_shares_are_inverse(prior: Prior) -> None:
    u = np.linspace(0.001, 0.999, 101)
    x = quantile(prior, u)
    assert np.all(np.diff(x) > 0)
    assert below(prior, x) == pytest.approx(u, abs=1e-9)
    assert quantile(prior, [0.0, 1.0]) == pytest.approx([prior.low, prior.high])
    assert below(prior, [prior.low - 1, prior.high + 1]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("prior", "frozen"), [*zip(PRIORS[:3], FROZEN, strict=True)], ids=["uniform", "log_uniform", "normal"]
)
def test_quantiles_are_those_of_scipy(prior: Prior, frozen: stats.distributions.rv_frozen) -> None:
    u = np.linspace(0.01, 0.99, 25)
    assert quantile(prior, u) == pytest.approx(frozen.ppf(u))


def test_medians_where_nothing_is_cut_to_one_side() -> None:
    assert quantile(PRIORS[4], 0.5) == pytest.approx(0.3)
    even = LogNormal(**WHAT, distribution="log_normal", median=0.2, factor=2.0, low=0.05, high=0.8)
    assert quantile(even, 0.5) == pytest.approx(0.2)


def test_draws_of_the_reference_scenario_are_even_and_within_bounds() -> None:
    scenario = load_scenario("sahel_2017_2023")
    paths, values = sample_priors(scenario, 512)
    assert 10 <= len(paths) <= 25
    assert values.shape == (512, len(paths))
    shares = prior_space(scenario).shares(values)
    for path, column, share in zip(paths, values.T, shares.T, strict=True):
        target = find_target(scenario, path)
        low, high = bounds(target.field)
        assert low <= column.min() <= column.max() <= high
        assert column.min() < target.value < column.max()
        assert np.median(column) == pytest.approx(target.value, rel=0.03)  # centred on what was set by hand
        assert np.histogram(share, 16, (0, 1))[0].tolist() == [32] * 16  # Sobol points fill every sixteenth alike


def test_scores_are_standard_normal_and_lead_back() -> None:
    space = prior_space(load_scenario("two_actors"))
    values = space.values(np.random.default_rng(1).random((4000, len(space.names))))
    scores = space.scores(values)
    assert all(stats.kstest(column, "norm").pvalue > 0.01 for column in scores.T)
    assert space.from_scores(scores) == pytest.approx(values, rel=1e-7)
    far = space.from_scores(np.full((1, 4), 50.0))
    assert far[0] == pytest.approx(space.high)


def test_a_longer_sample_begins_with_a_shorter_one_and_the_seed_decides() -> None:
    scenario = load_scenario("two_actors")
    _, few = sample_priors(scenario, 5)
    _, many = sample_priors(scenario, 100)
    _, other = sample_priors(scenario, 5, seed=8)
    assert np.array_equal(few, many[:5])
    assert not np.any(few == other)
    assert sample_priors(scenario, 1)[1].shape == (1, 4)


def test_purposes_have_unrelated_chance() -> None:
    first = {p: tuple(generator(7, p).random(2)) for p in Purpose} | {"wave": tuple(generator(7, 0, 1).random(2))}
    assert len(set(first.values())) == len(first)
    assert generator(2**62 + 5, Purpose.WAVE).random() == generator(2**62 + 5, Purpose.WAVE).random()


def test_a_scenario_without_priors_is_told_so() -> None:
    bare = load_scenario("two_actors").model_copy(update={"priors": {}})
    with pytest.raises(BadInput, match="has no priors"):
        sample_priors(bare, 3)


GOOD = "path: mechanisms.battle.rate, distribution: uniform, low: 0.1, high: 1, source: x"


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ("{ path: @@mechanisms.battle.rat, distribution: uniform, low: 0, high: 1, source: x }", "did you mean 'rate'"),
        ("{ path: @@mechanisms.battle, distribution: uniform, low: 0, high: 1, source: x }", "not a single value"),
        ("{ path: @@mechanisms.battle.enabled, distribution: uniform, low: 0, high: 1, source: x }", "true or false"),
        ("{ path: @@calendar.steps, distribution: uniform, low: 1, high: 9, source: x }", "no free number"),
        ("{ path: @@grid.resolution, distribution: uniform, low: 1, high: 9, source: x }", "no free number"),
        ("{ path: mechanisms.battle.rate, distribution: uniform, low: @@-1, high: 1, source: x }", "from 0 to 50"),
        ("{ path: mechanisms.battle.rate, distribution: uniform, low: 1, high: @@51, source: x }", "got 51"),
        ("@@{ path: mechanisms.battle.rate, distribution: uniform, low: 2, high: 1, source: x }", "low 2 is not below"),
        ("@@{ path: mechanisms.battle.rate, distribution: log_uniform, low: 0, high: 1, source: x }", "above 0"),
        ("@@{ path: mechanisms.battle.rate, distribution: normal, mean: 3, sd: 1, low: 0, high: 1, source: x }",
         "does not lie between"),
        ("@@{ path: mechanisms.battle.rate, distribution: normal, mean: 0.5, sd: 0, low: 0, high: 1, source: x }",
         "sd must be more than 0"),
        ("@@{ path: mechanisms.battle.rate, distribution: log_normal, median: 0.5, factor: 0.5, low: 0.1, high: 1, "
         "source: x }", "factor must be more than 1"),
        ("{ path: mechanisms.battle.rate, distribution: @@gauss, low: 0, high: 1, source: x }", "unknown distribution"),
        ("{ path: mechanisms.battle.rate, distribution: uniform, low: 0, high: 1, @@mean: 1, source: x }",
         "unknown key 'mean'"),
        ("{ path: mechanisms.battle.rate, distribution: uniform, low: @@x, high: 1, source: x }", "expected a number"),
        (f"{{ {GOOD} }}\n  twice: {{ path: @@mechanisms.battle.rate, distribution: uniform, low: 0.1, high: 1, "
         "source: x }", "has a prior already, 'first'"),
    ],
)  # fmt: skip
def test_faults_are_told_with_their_place(tmp_path: Path, prior: str, message: str) -> None:
    entry = f"@@first: {prior[2:]}" if prior.startswith("@@") else f"first: {prior}"
    text, line, column = marked(f"extends: two_actors\nname: faulty\npriors:\n  battle_rate: null\n  {entry}\n")
    file = tmp_path / "faulty.yaml"
    file.write_text(text.replace("extends: two_actors", f"extends: {_shipped()}"), encoding="utf-8")
    with pytest.raises(BadInput, match=message) as caught:
        load_scenario(file)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.file == str(file)


def _shipped() -> str:
    from sahelsim.scenario.shipped import find_scenario

    return str(find_scenario("two_actors").absolute())
