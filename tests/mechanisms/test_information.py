"""Information: news and statements by hand, against a slow reference, invariants, and how words fade and work."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from mechanisms.small import (
    UNLIKELY,
    Band,
    Village,
    army_and_movement,
    changed,
    decisions_of,
    draws,
    few,
    least,
    little_world,
    rolls_of,
    snapshot,
    tries,
    with_rivals,
)
from sahelsim.mechanisms.information.parameters import InformationParameters
from sahelsim.mechanisms.information.step import issue, run_step
from sahelsim.mechanisms.recruitment.parameters import RecruitmentParameters
from sahelsim.mechanisms.recruitment.step import run_step as recruit
from sahelsim.mechanisms.truce.parameters import TruceParameters
from sahelsim.mechanisms.truce.step import drift
from sahelsim.replicate import simulate_replicate
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Harm, Trait

LASTING = {"fame_half_life": 1e12, "voice_half_life": 1e12}


def three_actors(seed: int = 1):
    """Actors 0 and 1 are rivals at hostility 0.4; 2 is an army. All have propaganda 1."""
    world = little_world([Band(a, 0, 10) for a in range(3)], actor_camp=(1, 2, 3), camps=4, seed=seed)
    a = world.actors
    a.rival[0, 1] = a.rival[1, 0] = 1
    a.hostility[0, 1] = a.hostility[1, 0] = 0.4
    a.traits[Trait.PROPAGANDA] = 1.0
    return world


def tell(world, *rows):
    """Write (kind, side a, side b, deaths of a, of b, of civilians) into the log of violence."""
    log = world.violence
    log.reserve(len(rows))
    for kind, a, b, *deaths in rows:
        n = int(log.count[0])
        log.rows[n] = [world.step, kind, 0, a, b, *deaths, -1, -1, -1, -1]
        log.count[0] += 1


def test_a_claim_by_hand():
    """Rival 0 kills 5 of 1 and loses 2; 0 kills 12 of the army and loses 4. All of step 0; nobody stays silent.

    News of 0: 5 + 2 about 1, 12 about 2; of 1: 2 + 5 about 0; of the army: 4 about 0. Civilians and feuds are no news.
    """
    seen = set()
    for seed in range(20):
        world = three_actors(seed)
        tell(world, (Harm.BATTLE, 0, 1, 50, 50, 0))  # of an earlier step
        tell(world, (Harm.BATTLE, 0, 1, 2, 5, 0), (Harm.BATTLE, 2, 0, 12, 4, 0))
        tell(world, (Harm.VIOLENCE_AGAINST_CIVILIANS, 2, -1, 0, 0, 30), (Harm.REVENGE, 2, 0, 3, 3, 9))
        about = 1 if draws(world, Stream.INFORMATION, 0)[0, 1] < 7 / 19 else 2
        seen.add(about)
        run_step(world, least(InformationParameters, rate=10.0, fame_gain=0.1, sharpening=0.2, **LASTING), 1, 1.0)
        a = world.actors
        assert [row[1:] for row in decisions_of(world)] == [
            (int(Decision.STATEMENT), -1, entity, -1, -1, 0) for entity in (about, 3, 6)
        ]
        terms = world.decisions.terms[:3]
        np.testing.assert_allclose(terms[:, 0], [19, 7, 4])
        np.testing.assert_allclose(terms[:, 1], np.log([20, 8, 5]), rtol=1e-6)
        np.testing.assert_allclose(terms[:, 2], [0.4 if about == 1 else 0.0, 0.4, 0.0], rtol=1e-6)
        np.testing.assert_allclose(a.fame, 1 - np.array([20.0, 8.0, 5.0]) ** -0.1)
        words = math.log(8) + (math.log(20) if about == 1 else 0.0)
        assert a.voice[0, 1] == a.voice[1, 0] == pytest.approx(1 - math.exp(-0.2 * words))
        assert a.voice[2].tolist() == a.voice[:, 2].tolist() == [0.0, 0.0, 0.0]
    assert seen == {1, 2}


def test_statements_on_a_date():
    """A magazine issue on a rival sharpens the quarrel; a sermon to all, or words on an army, win fame alone."""
    p = least(InformationParameters, fame_gain=0.5, sharpening=0.1)
    for addressee, voice, entity in ((1, 1 - math.exp(-0.2), 1), (None, 0.0, 0), (2, 0.0, 2)):
        world = three_actors()
        issue(world, p, 0, addressee, 2.0)
        assert world.actors.fame.tolist() == pytest.approx([1 - math.exp(-1.0), 0, 0])
        assert world.actors.voice[0, 1] == world.actors.voice[1, 0] == pytest.approx(voice)
        assert decisions_of(world) == [(0, int(Decision.STATEMENT), -1, entity, -1, -1, 0)]
        assert world.decisions.terms[0, :2].tolist() == [0.0, 2.0]


def test_how_often_actors_speak():
    """With probability 1 - exp(-0.5 * 0.3 * ln 10) of nine dead enemies; silent without propaganda or news."""
    world = three_actors()
    world.actors.traits[Trait.PROPAGANDA] = [0.5, 0.0, 1.0]
    p = least(InformationParameters, rate=0.3, fame_half_life=1.0, voice_half_life=1.0)
    n = few(4000, 800)
    for step in range(n):
        world.step = step
        since = int(world.violence.count[0])
        tell(world, (Harm.BATTLE, 0, 1, 0, 9, 0))
        run_step(world, p, since, 1.0)
    authors = [row[3] // 3 for row in decisions_of(world)]
    assert set(authors) == {0}
    assert binomtest(len(authors), n, 1 - 10**-0.15).pvalue > UNLIKELY


def scattered(seed: int):
    """Four actors, most pairs of them rivals, with fame, voice and 12 rows of violence, four of them of old."""
    r = np.random.default_rng(seed)
    world = little_world([Band(a, 0, 10) for a in range(4)], actor_camp=(1, 2, 3, 3), camps=4, seed=seed)
    a = world.actors
    for name in ("rival", "voice", "hostility"):
        values = r.random((4, 4))
        upper = np.triu(values < 0.7 if name == "rival" else values, 1)
        getattr(a, name)[:] = upper + upper.T
    a.fame[:] = r.random(4)
    a.traits[Trait.PROPAGANDA] = r.uniform(0, 2, 4) * (r.random(4) < 0.8)
    world.step = int(r.integers(1000))
    for _ in range(12):
        x, y = r.permutation(4)[:2]
        if r.random() < 0.7:
            tell(world, (Harm.BATTLE, int(x), int(y), *r.integers(0, 20, 2), 0))
        else:
            tell(world, (Harm.VIOLENCE_AGAINST_CIVILIANS, int(x), -1, 0, 0, 5))
    return world


def reference(world, p, since, weeks):
    """Fame, voice and the statements (author, addressee) after the step, in words of the kernel's docstring."""
    a = world.actors
    fame = [f * 2 ** (-weeks / p.fame_half_life) for f in a.fame]
    voice = a.voice * 2 ** (-weeks / p.voice_half_life)
    news = np.zeros((4, 4))
    for row in world.violence.rows[since : int(world.violence.count[0])]:
        if row[1] == Harm.BATTLE:
            x, y, own, other = row[3], row[4], row[5], row[6]
            news[x, y] += other + (own if a.rival[x, y] else 0)
            news[y, x] += own + (other if a.rival[x, y] else 0)
    said = []
    for x in range(4):
        onset, which = draws(world, Stream.INFORMATION, x)[0, :2]
        weight = math.log(1 + news[x].sum())
        if onset >= 1 - math.exp(-a.traits[Trait.PROPAGANDA, x] * p.rate * weight):
            continue
        y = int(np.searchsorted(np.cumsum(news[x]), which * news[x].sum(), side="right"))
        said.append((x, y))
        fame[x] = 1 - (1 - fame[x]) * math.exp(-p.fame_gain * weight)
        if a.rival[x, y]:
            voice[x, y] = voice[y, x] = 1 - (1 - voice[x, y]) * math.exp(-p.sharpening * weight)
    return fame, voice, said


@pytest.mark.parametrize("seed", range(few(24, 10)))
def test_against_the_reference(seed):
    world = scattered(seed)
    p = least(InformationParameters, rate=0.4, fame_gain=0.1, sharpening=0.1, fame_half_life=5.0, voice_half_life=9.0)
    fame, voice, said = reference(world, p, 4, 2.0)
    run_step(world, p, 4, 2.0)
    np.testing.assert_allclose(world.actors.fame, fame, rtol=1e-12)
    np.testing.assert_allclose(world.actors.voice, voice, rtol=1e-12, atol=1e-15)
    assert [divmod(row[3], 4) for row in decisions_of(world)] == said


@tries(80, 20)
@given(
    st.integers(0, 2**32 - 1), st.floats(0, 10), st.floats(0, 10), st.floats(0, 10), st.floats(0.1, 520),
    st.floats(1 / 7, 31 / 7),
)  # fmt: skip
def test_invariants(seed, rate, gain, sharpening, half_life, weeks):
    """Fame and voice stay in 0-1, voice symmetric; nothing else changes, and words without news only fade, to 0."""
    world = scattered(seed)
    p = least(
        InformationParameters, rate=rate, fame_gain=gain, sharpening=sharpening, fame_half_life=half_life,
        voice_half_life=half_life,
    )  # fmt: skip
    before = snapshot(world)
    run_step(world, p, 0, weeks)
    a = world.actors
    assert changed(before, snapshot(world)) <= {"actors.fame", "actors.voice"}
    for words in (a.fame, a.voice):
        assert ((words >= 0) & (words <= 1)).all()
    np.testing.assert_array_equal(a.voice, a.voice.T)
    assert (a.voice[a.rival == 0] <= before["actors.voice"][a.rival == 0]).all()
    said = int(world.decisions.count[0])
    fame, voice = a.fame.copy(), a.voice.copy()
    for _ in range(10):
        run_step(world, p, int(world.violence.count[0]), half_life)
    assert int(world.decisions.count[0]) == said
    np.testing.assert_allclose(a.fame, fame / 1024, rtol=1e-9)
    np.testing.assert_allclose(a.voice, voice / 1024, rtol=1e-9)


def test_what_words_do():
    """Fame draws exp(0.7 * 0.5) times the recruits; voice raises the level that hostility comes to rest at."""
    came = []
    for fame in (0.0, 0.5):
        bands = [Band(0, 0, 10)]
        world = little_world(bands, [Village(0, 100_000, camp=1)], actor_camp=(1,), camps=2)
        world.actors.traits[Trait.RECRUITING], world.actors.fame[:] = 1.0, fame
        p = least(RecruitmentParameters, rate=0.01, ceiling=0.5, fame=0.7, split_factor=1e9)
        recruit(world, p, rolls_of(world, bands, 0, [10_000]), 1.0)
        came.append(world.ledger["recruits"])
    assert came[1] / came[0] == pytest.approx(math.exp(0.35), rel=2e-3)
    for voice, level in ((0.0, 0.2), (0.3, 0.5), (1.0, 1.0)):
        world = three_actors()
        world.actors.resting[:] = 0.2
        world.actors.voice[0, 1] = world.actors.voice[1, 0] = voice
        for _ in range(100):
            drift(world, least(TruceParameters, drift=0.5), 1.0)
        assert world.actors.hostility[0, 1] == pytest.approx(level)


def test_actors_without_propaganda_are_silent():
    """In a whole run: no statement at propaganda 0 (what scenarios have if they do not say), many otherwise."""
    statements = []
    for loud in (0.0, 2.0):
        scenario = with_rivals(actors__movement__doctrine__propaganda=loud)
        log = simulate_replicate(scenario, 0).decisions
        said = log.kind == Decision.STATEMENT
        assert (log.entity[said] // 3 == list(scenario.actors).index("movement")).all()
        statements.append(int(said.sum()))
    assert statements[0] == 0
    assert statements[1] > 3
    assert army_and_movement().actors["army"].doctrine.propaganda == 0
