"""The one random source: Philox4x32-10, a pure function of (key; stream, step, entity, slot).

No state: a draw does not depend on what was drawn before, on the order of the loop or on the number of threads, so
two what-ifs differ only where the intervention bites. Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as
easy as 1, 2, 3" (SC11).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import inlined, kernel

__all__ = [
    "Stream",
    "first_uniforms",
    "key_of",
    "philox",
    "uniform",
    "uniform2",
    "uniform4",
    "uniform_pairs",
    "uniform_rows",
    "uniforms",
]


F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


class Stream(IntEnum):
    """One stream per decision. Numbers are part of the result: never renumber, only add."""

    KEY = 0
    PLACEMENT = 1
    SYNTHETIC = 2
    MOVEMENT = 3
    BATTLE = 4
    BATTLE_LOSSES = 5
    CIVILIAN_HARM = 6
    CIVILIAN_VICTIM = 7
    REVENGE = 8
    REVENGE_VICTIM = 9
    ALLEGIANCE = 10
    DEFECTION = 11
    RECRUITMENT = 12
    REFILL = 13
    TRUCE = 14
    DISPLACEMENT = 15
    WITHDRAWAL = 16
    REPORTING = 17
    REPORTING_COUNTS = 18
    REPORTING_PLACE = 19
    REPORTING_DATE = 20
    SIEGE = 21
    SIEGE_END = 22
    PACT = 23
    PACT_BREACH = 24
    MEANS = 25
    MEANS_PLACE = 26
    DESERTION = 27
    INFORMATION = 28
    SELF_DEFENCE = 29
    KATIBA = 30
    COMMANDER = 31
    STAND_DOWN = 32
    RESAMPLING = 33
    FORECAST = 34
    BASELINE = 40
    SCORING = 41


_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_UNIT = 1.0 / 4294967296.0


def _philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Ten rounds of Philox4x32: four 32-bit words of counter and two of key to four words."""
    a = np.uint64(c0) & _LOW
    b = np.uint64(c1) & _LOW
    c = np.uint64(c2) & _LOW
    d = np.uint64(c3) & _LOW
    x = np.uint64(k0) & _LOW
    y = np.uint64(k1) & _LOW
    for _ in range(10):
        p = _M0 * a
        q = _M1 * c
        a = (q >> _HALF) ^ b ^ x
        c = (p >> _HALF) ^ d ^ y
        b = q & _LOW
        d = p & _LOW
        x = (x + _W0) & _LOW
        y = (y + _W1) & _LOW
    return a, b, c, d  # type: ignore[return-value]


philox = kernel(_philox)
_philox_in_loop = inlined(_philox)


@kernel
def uniform4(k0: int, k1: int, stream: int, step: int, entity: int, slot: int) -> tuple[float, float, float, float]:
    """Four uniform numbers in the open interval (0, 1), on the grid of (i + 1/2) / 2**32."""
    a, b, c, d = philox(entity, step, stream, slot, k0, k1)
    return (
        (float(a) + 0.5) * _UNIT,
        (float(b) + 0.5) * _UNIT,
        (float(c) + 0.5) * _UNIT,
        (float(d) + 0.5) * _UNIT,
    )


@kernel
def uniform2(k0: int, k1: int, stream: int, step: int, entity: int, slot: int) -> tuple[float, float]:
    """The first two numbers of `uniform4`."""
    a, b, _, _ = uniform4(k0, k1, stream, step, entity, slot)
    return a, b


@kernel
def uniform(k0: int, k1: int, stream: int, step: int, entity: int, slot: int) -> float:
    """The first number of `uniform4`."""
    a, _, _, _ = uniform4(k0, k1, stream, step, entity, slot)
    return a


@kernel
def first_uniforms(k0: int, k1: int, stream: int, step: int, entities: I64, slot: int, out: F64) -> None:
    """The first number of `uniform4` for each of `entities` (N,), several at a time; fills `out` (N,)."""
    for i in range(out.size):
        a, _, _, _ = _philox_in_loop(entities[i], step, stream, slot, k0, k1)
        out[i] = (float(a) + 0.5) * _UNIT


@kernel
def uniform_rows(k0: int, k1: int, stream: int, step: int, entities: I64, slot: int, out: F64) -> None:
    """The numbers of `uniform4` for each of `entities` (N,), several at a time; fills `out` (4, N)."""
    for i in range(entities.size):
        a, b, c, d = _philox_in_loop(entities[i], step, stream, slot, k0, k1)
        out[0, i] = (float(a) + 0.5) * _UNIT
        out[1, i] = (float(b) + 0.5) * _UNIT
        out[2, i] = (float(c) + 0.5) * _UNIT
        out[3, i] = (float(d) + 0.5) * _UNIT


@kernel
def uniform_pairs(
    k0: int, k1: int, stream: int, step: int, entities: npt.NDArray[np.int32], slot: int, first: F64, second: F64
) -> None:
    """The first two numbers of `uniform4` for each of `entities` (N,), several at a time; fills the two (N,)."""
    for i in range(entities.size):
        a, b, _, _ = _philox_in_loop(entities[i], step, stream, slot, k0, k1)
        first[i] = (float(a) + 0.5) * _UNIT
        second[i] = (float(b) + 0.5) * _UNIT


@kernel
def _fill(
    k0: int, k1: int, stream: int, steps: npt.NDArray[np.int64], entities: npt.NDArray[np.int64],
    slots: npt.NDArray[np.int64], out: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    for i in range(steps.size):
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = uniform4(k0, k1, stream, steps[i], entities[i], slots[i])


def key_of(seed: int, replicate: int) -> tuple[int, int]:
    """Two 32-bit key words for one replicate of one seed; distinct replicates get unrelated keys."""
    a, b, _, _ = philox(seed & 0xFFFFFFFF, seed >> 32, replicate, int(Stream.KEY), 0x53414845, 0x4C53494D)
    return int(a), int(b)


def uniforms(
    key: tuple[int, int],
    stream: int,
    steps: npt.ArrayLike,
    entities: npt.ArrayLike,
    slot: npt.ArrayLike = 0,
) -> npt.NDArray[np.float64]:
    """Uniform numbers for many (step, entity) pairs at once.

    Parameters
    ----------
    key : tuple of int
        From `key_of`.
    stream : int
        A `Stream`.
    steps, entities : array_like of int, broadcast to shape (N,)
        What the numbers belong to.
    slot : array_like of int, broadcast with them
        Further counter for more than four numbers per pair.

    Returns
    -------
    ndarray of float64, shape (N, 4)
        Numbers in the open interval (0, 1).
    """
    counters = [np.asarray(each, np.int64) for each in (steps, entities, slot)]
    if any(each.shape != counters[0].shape for each in counters):
        counters = list(np.broadcast_arrays(*counters))
    s, e, more = (np.ascontiguousarray(each).ravel() for each in counters)
    out = np.empty((s.size, 4))
    _fill(key[0], key[1], int(stream), s, e, more, out)
    return out
