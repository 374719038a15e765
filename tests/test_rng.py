"""The random source: published vectors, uniformity, independence, draws that depend on their address alone."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Callable

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mechanisms.small import lively
from scipy import stats

from sahelsim.rng import (
    Stream,
    first_uniforms,
    key_of,
    philox,
    uniform,
    uniform2,
    uniform4,
    uniform_pairs,
    uniform_rows,
    uniforms,
)
from sahelsim.schedule import begin, run_step
from sahelsim.world.build import build_blueprint

MANY = 100_000 if not numba.config.DISABLE_JIT else 4_000
UNLIKELY = 1e-5
"""Some sixty p-values are looked at: a sound generator fails one of them with a chance below 0.1 %."""
WORD = st.integers(0, 2**32 - 1)
KEY = key_of(20240101, 7)


# Salmon et al. 2011, Random123 1.14: examples/kat_vectors, rows "philox4x32 10".
@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zeros", "ones", "pi"],
)
def test_known_answers(counter: tuple[int, ...], key: tuple[int, ...], words: tuple[int, ...]) -> None:
    assert tuple(int(w) for w in philox(*counter, *key)) == words


def _philox_of_the_paper(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """Ten rounds with Python's unbounded integers: multiply, split in high and low, permute, mix in the key."""
    c0, c1, c2, c3 = counter
    for turn in range(10):
        k0 = (key[0] + turn * 0x9E3779B9) % 2**32
        k1 = (key[1] + turn * 0xBB67AE85) % 2**32
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
    return c0, c1, c2, c3


@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_philox_is_that_of_the_paper(counter: tuple[int, ...], key: tuple[int, ...]) -> None:
    assert tuple(int(w) for w in philox(*counter, *key)) == _philox_of_the_paper(counter, key)


def test_address_goes_into_the_counter_as_entity_step_stream_slot() -> None:
    # First known answer: word 6627e8d5 = 1713891541, so the first number is 1713891541.5 / 2**32.
    zero = uniform4(0, 0, 0, 0, 0, 0)
    assert zero[0] == 1713891541.5 / 2**32
    assert zero == tuple((w + 0.5) / 2**32 for w in (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8))
    words = _philox_of_the_paper((5, 6, 7, 8), (1, 2))
    assert uniform4(1, 2, 7, 6, 5, 8) == tuple((w + 0.5) / 2**32 for w in words)


def test_ends_of_the_interval_are_open() -> None:
    # the smallest and the largest word, in the arithmetic of uniform4
    unit = 1.0 / 2**32
    assert (float(0) + 0.5) * unit > 0.0
    assert (float(2**32 - 1) + 0.5) * unit < 1.0
    u = uniforms(KEY, 3, 0, np.arange(MANY))
    assert u.min() > 0.0
    assert u.max() < 1.0


@given(WORD, WORD, st.integers(0, 30), WORD, WORD, st.integers(0, 100))
def test_shorter_draws_are_the_beginning_of_four(
    k0: int, k1: int, stream: int, step: int, entity: int, slot: int
) -> None:
    four = uniform4(k0, k1, stream, step, entity, slot)
    assert all(0.0 < u < 1.0 for u in four)
    assert uniform2(k0, k1, stream, step, entity, slot) == four[:2]
    assert uniform(k0, k1, stream, step, entity, slot) == four[0]


def test_order_and_company_do_not_matter() -> None:
    steps, entities = (a.ravel() for a in np.meshgrid(np.arange(20), np.arange(50)))
    forward = uniforms(KEY, 5, steps, entities, slot=2)
    shuffle = np.random.default_rng(0).permutation(steps.size)
    assert np.array_equal(uniforms(KEY, 5, steps[shuffle], entities[shuffle], slot=2), forward[shuffle])
    assert np.array_equal(uniforms(KEY, 5, steps[::-1], entities[::-1], slot=2), forward[::-1])
    for i in (0, 17, 999):
        assert tuple(forward[i]) == uniform4(*KEY, 5, int(steps[i]), int(entities[i]), 2)


def test_uniforms_broadcast() -> None:
    assert uniforms(KEY, 1, 3, 4).shape == (1, 4)
    assert np.array_equal(uniforms(KEY, 1, 3, [4, 5]), uniforms(KEY, 1, [3, 3], np.array([4, 5])))
    assert uniforms(KEY, 1, np.zeros(0, int), 4).shape == (0, 4)
    with pytest.raises(ValueError, match="broadcast"):
        uniforms(KEY, 1, [1, 2], [1, 2, 3])


@pytest.mark.parametrize("along", ["entity", "step", "slot", "stream", "key"])
def test_uniform_along_every_part_of_the_address(along: str) -> None:
    if along == "entity":
        u = uniforms(KEY, 4, 11, np.arange(MANY))
    elif along == "step":
        u = uniforms(KEY, 4, np.arange(MANY), 11)
    elif along == "slot":
        u = np.array([uniform4(*KEY, 4, 1, 1, slot) for slot in range(MANY // 4)])
    elif along == "stream":
        u = np.array([uniform4(*KEY, stream, 1, 1, 0) for stream in range(MANY // 4)])
    else:
        u = np.array([uniform4(*key_of(1, r), 4, 1, 1, 0) for r in range(MANY // 20)])
    for column in range(4):
        assert stats.kstest(u[:, column], "uniform").pvalue > UNLIKELY


def test_words_have_unbiased_bits() -> None:
    words = (uniforms(KEY, 9, np.arange(MANY) % 97, np.arange(MANY)) * 2**32).astype(np.uint64)
    for bit in range(32):
        ones = int(((words >> np.uint64(bit)) & np.uint64(1)).sum())
        assert abs(ones - words.size / 2) < 4.5 * np.sqrt(words.size / 4)  # 4.5 standard errors


def _pairs() -> list[tuple[str, np.ndarray, np.ndarray]]:
    e = np.arange(MANY)
    first = uniforms(KEY, Stream.BATTLE, 10, e)
    return [
        ("streams", first[:, 0], uniforms(KEY, Stream.BATTLE_LOSSES, 10, e)[:, 0]),
        ("steps", first[:, 0], uniforms(KEY, Stream.BATTLE, 11, e)[:, 0]),
        ("entities", first[:, 0], uniforms(KEY, Stream.BATTLE, 10, e + 1)[:, 0]),
        ("slots", first[:, 0], uniforms(KEY, Stream.BATTLE, 10, e, slot=1)[:, 0]),
        ("replicates", first[:, 0], uniforms(key_of(20240101, 8), Stream.BATTLE, 10, e)[:, 0]),
        ("seeds", first[:, 0], uniforms(key_of(20240102, 7), Stream.BATTLE, 10, e)[:, 0]),
        ("numbers of one draw", first[:, 0], first[:, 3]),
        ("step for entity", first[:, 1], uniforms(KEY, Stream.BATTLE, e, 10)[:, 1]),
    ]


def test_neighbouring_addresses_are_independent() -> None:
    for name, x, y in _pairs():
        if name == "step for entity":  # address (10, 10) is common to both
            x, y = np.delete(x, 10), np.delete(y, 10)
        assert abs(np.corrcoef(x, y)[0, 1]) < 4.0 / np.sqrt(x.size), name
        table = np.histogram2d(x, y, bins=10, range=((0, 1), (0, 1)))[0]
        assert stats.chisquare(table.ravel()).pvalue > UNLIKELY, name


def test_no_two_addresses_share_a_draw() -> None:
    # Philox is a bijection of the counter: 4 * 5 * 25 * 3 addresses give as many different blocks.
    blocks = {
        uniform4(*KEY, stream, step, entity, slot)
        for stream, step, entity, slot in itertools.product(range(4), range(5), range(25), range(3))
    }
    assert len(blocks) == 4 * 5 * 25 * 3


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, ...]]:
    """Every address (stream, step, entity, slot) that the engine draws from while its kernels run as plain Python."""
    seen: Counter[tuple[int, ...]] = Counter()
    singly: Counter[tuple[int, ...]] = Counter()
    in_blocks: Counter[tuple[int, ...]] = Counter()

    def note(way: Counter[tuple[int, ...]], *address: int) -> None:
        """Who draws in a block whether something happens may draw again at that address how it happens."""
        way[address] += 1
        seen[address] = max(singly[address], in_blocks[address])

    def recorder(length: int) -> Callable[..., object]:
        def draw(k0: int, k1: int, stream: int, step: int, entity: int, slot: int) -> object:
            note(singly, int(stream), int(step), int(entity), int(slot))
            four = uniform4(k0, k1, stream, step, entity, slot)
            return four[0] if length == 1 else four[:length]

        return draw

    def many(key: tuple[int, int], stream: int, steps: object, entities: object, slot: int = 0) -> np.ndarray:
        for step, entity in np.broadcast(steps, entities):
            note(singly, int(stream), int(step), int(entity), slot)
        return uniforms(key, stream, steps, entities, slot)

    def block(real: Callable[..., None]) -> Callable[..., None]:
        def draw(k0: int, k1: int, stream: int, step: int, entities: np.ndarray, slot: int, *out: np.ndarray) -> None:
            for entity in entities[: out[0].shape[-1]]:
                note(in_blocks, int(stream), int(step), int(entity), int(slot))
            real(k0, k1, stream, step, entities, slot, *out)

        return draw

    replaced = {"uniform": recorder(1), "uniform2": recorder(2), "uniform4": recorder(4), "uniforms": many}
    replaced |= {real.__name__: block(real) for real in (first_uniforms, uniform_pairs, uniform_rows)}
    parts = ("sahelsim.mechanisms.", "sahelsim.world.", "sahelsim.interventions.")
    for module in [m for name, m in sys.modules.items() if name.startswith(parts)]:
        for name, value in list(vars(module).items()):
            if name in replaced:
                monkeypatch.setattr(module, name, replaced[name])
            elif hasattr(value, "py_func"):
                monkeypatch.setattr(module, name, value.py_func)
    return seen


ELSEWHERE = {
    Stream.KEY, Stream.WITHDRAWAL, Stream.REPORTING, Stream.REPORTING_COUNTS, Stream.REPORTING_PLACE,
    Stream.REPORTING_DATE, Stream.BASELINE, Stream.SCORING, Stream.RESAMPLING, Stream.FORECAST,
}  # fmt: skip
"""Streams of interventions, of the record and of forecasts."""


def test_no_two_decisions_of_a_run_share_an_address(addresses: Counter[tuple[int, ...]]) -> None:
    play = begin(build_blueprint(lively(mechanisms__movement__weekly_range_km=300.0)), replicate=0)
    for _ in range(12):
        run_step(play)
    assert [address for address, times in addresses.items() if times > 1] == []
    assert {Stream(stream) for stream, *_ in addresses} == set(Stream) - ELSEWHERE
    assert max(slot for stream, _, _, slot in addresses if stream == Stream.MOVEMENT) > 0


def test_streams_have_numbers_of_their_own() -> None:
    assert len({int(s) for s in Stream.__members__.values()}) == len(Stream.__members__)


def test_keys_are_distinct() -> None:
    seeds = [0, 1, 2, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**33, 2**62, 2**63 - 1]
    keys = {key_of(seed, replicate) for seed in seeds for replicate in range(100)}
    assert len(keys) == len(seeds) * 100
    assert all(0 <= word < 2**32 for key in keys for word in key)
    assert key_of(5, 3) == key_of(5, 3)


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**31 - 1))
def test_key_is_a_pair_of_words_of_its_own(seed: int, replicate: int) -> None:
    key = key_of(seed, replicate)
    assert key != key_of(seed ^ 1, replicate)
    assert key != key_of(seed ^ (1 << 40), replicate)
    assert key != key_of(seed, replicate + 1)
    assert all(isinstance(word, int) and 0 <= word < 2**32 for word in key)


def test_pairs_together_are_those_one_by_one():
    entities = np.array([0, 7, 3, 2**31 - 1, 12], np.int32)
    first, second = np.empty(5), np.empty(5)
    uniform_pairs(3, 4, int(Stream.MOVEMENT), 9, entities, 2, first, second)
    for i, entity in enumerate(entities.tolist()):
        assert (first[i], second[i]) == uniform2(3, 4, int(Stream.MOVEMENT), 9, entity, 2)
