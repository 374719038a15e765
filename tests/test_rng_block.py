"""Random words and logistic by blocks: the bits of one at a time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sahelsim.elementary import exp, logistic
from sahelsim.elementary_block_kernel import exp_block, logistic_block
from sahelsim.rng import philox, uniform4
from sahelsim.rng_block_kernel import BLOCK, words1, words2, words4

WORD = st.integers(0, 2**32 - 1)
ENTITIES = arrays.arrays(np.uint32, st.integers(0, 40), elements=WORD)


@given(WORD, WORD, st.integers(0, 40), WORD, ENTITIES, st.integers(0, 9))
def test_words_are_those_of_philox(k0: int, k1: int, stream: int, step: int, entity: np.ndarray, slot: int) -> None:
    expected = np.array(
        [[int(w) for w in philox(int(e), step, stream, slot, k0, k1)] for e in entity], np.uint32
    ).reshape(-1, 4)
    words = np.zeros((4, entity.size), np.uint32)
    words4(k0, k1, stream, step, entity, slot, *words)
    assert np.array_equal(words.T, expected)
    words[:] = 0
    words2(k0, k1, stream, step, entity, slot, words[0], words[1])
    assert np.array_equal(words[:2].T, expected[:, :2])
    words[:] = 0
    words1(k0, k1, stream, step, entity, slot, words[0])
    assert np.array_equal(words[0], expected[:, 0])


def test_first_known_answer() -> None:
    # Salmon et al. 2011, Random123: philox4x32-10 of counter 0 and key 0
    words = np.zeros((4, 1), np.uint32)
    words4(0, 0, 0, 0, np.zeros(1, np.uint32), 0, *words)
    assert [hex(w) for w in words[:, 0]] == ["0x6627e8d5", "0xe169c58d", "0xbc57ac4c", "0x9b00dbd8"]


def test_a_whole_block_and_its_parts() -> None:
    """Vector code has a body and a tail: every length up to some lanes, and a full block, give the same words."""
    entity = np.arange(BLOCK, dtype=np.uint32)[::-1].copy()
    whole = np.zeros(BLOCK, np.uint32)
    words1(5, 6, 7, 8, entity, 9, whole)
    assert whole[0] == int(uniform4(5, 6, 7, 8, BLOCK - 1, 9)[0] * 2**32)
    for n in range(40):
        part = np.zeros(BLOCK, np.uint32)
        words1(5, 6, 7, 8, entity[:n], 9, part)
        assert np.array_equal(part[:n], whole[:n])
        assert not part[n:].any()  # writes no further than it is asked to


@given(arrays.arrays(np.float64, st.integers(0, 40), elements=st.floats(-1e4, 1e4)))
def test_exp_and_logistic_are_those_of_elementary(x: np.ndarray) -> None:
    out = np.zeros_like(x)
    exp_block(x, out)
    assert out.tobytes() == np.array([exp(float(v)) for v in x]).tobytes()
    logistic_block(x, out)
    assert out.tobytes() == np.array([logistic(float(v)) for v in x]).tobytes()


def test_exp_over_its_whole_range() -> None:
    x = np.concatenate((np.linspace(-701.0, 701.0, 4001), np.linspace(-1.0, 1.0, 4001)))
    out = np.zeros_like(x)
    exp_block(x, out)
    assert out.tobytes() == np.array([exp(float(v)) for v in x]).tobytes()
    assert np.allclose(out, np.exp(np.clip(x, -700, 700)), rtol=1e-15 * 4, atol=0.0)
