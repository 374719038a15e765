"""Information: actors claim their fights; claims win recruits and sharpen the quarrel with a rival.

The news of an actor a from a step are the deaths N = sum over b of n_ab in its battles of that step: n_ab are the dead
of b, and its own dead if b is a rival (martyrs are news where the killer is a traitor). Massacres of civilians and
feuds of peoples are not news that an actor spreads. With probability

    1 - exp(-propaganda_a rate ln(1 + N))

it issues a statement of weight w = ln(1 + N) about one b, drawn by n_ab, and

    fame_a += (1 - fame_a) (1 - exp(-fame_gain w)),   v_ab += (1 - v_ab) (1 - exp(-sharpening w)) if b is a rival

so that both stay in 0-1; each fades with its half-life. Fame draws recruits (see `recruitment`); v adds to the
hostility that the rivals come to rest at (see `truce`). Mitts, Phillips & Walter 2022 on propaganda of the Islamic
State and support for it; Hafez 2020 and Nsaibia & Weiss 2020 on the quarrel of words between the men of al-Qaida and
of the Islamic State, in the Sahel too; seeds LWJ-005, LWJ-009, WAR-020, WAR-026, WAR-060.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, log1p
from sahelsim.rng import uniform2
from sahelsim.world.log_kernel import write_decision

__all__ = ["fade", "news_of", "report", "speak"]

I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def news_of(rows: I32, since: int, until: int, battle: int, rival: I8, news: I64) -> None:
    """Deaths that an actor can tell of against each other one; fills `news` (A, A) from rows of the log of violence."""
    news[:, :] = 0
    for i in range(since, until):
        if rows[i, 1] != battle:
            continue
        a, b, deaths_a, deaths_b = rows[i, 3], rows[i, 4], rows[i, 5], rows[i, 6]
        news[a, b] += deaths_b + rival[a, b] * deaths_a
        news[b, a] += deaths_a + rival[b, a] * deaths_b


@kernel
def speak(
    author: int, addressee: int, deaths: int, weight: float, fame_gain: float, sharpening: float, step: int, kind: int,
    hostility: F64, rival: I8, fame: F64, voice: F64, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """One statement and what it does; an addressee who is the author stands for a statement to all."""
    fame[author] += (1.0 - fame[author]) * chance(fame_gain * weight)
    if rival[author, addressee] == 1:
        louder = voice[author, addressee] + (1.0 - voice[author, addressee]) * chance(sharpening * weight)
        voice[author, addressee] = louder
        voice[addressee, author] = louder
    write_decision(
        log_rows, log_terms, log_count, step, kind, -1, author * fame.size + addressee, -1, -1, 0,
        deaths, weight, hostility[author, addressee], fame[author], 0.0, 0.0, 0.0, 0.0,
    )  # fmt: skip


@kernel
def fade(fame: F64, voice: F64, fame_left: float, voice_left: float) -> None:
    """What is left of fame (A,) and voice (A, A) after a step."""
    for a in range(fame.size):
        fame[a] *= fame_left
        for b in range(fame.size):
            voice[a, b] *= voice_left


@kernel
def report(
    k0: int, k1: int, stream: int, step: int, violence_rows: I32, since: int, until: int, battle: int,
    propaganda: F64, rate: float, fame_gain: float, sharpening: float, kind: int,
    hostility: F64, rival: I8, fame: F64, voice: F64, log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """At most one statement of each actor about the battles of a step, rows since:until of the log of violence."""
    news = np.empty(voice.shape, np.int64)
    news_of(violence_rows, since, until, battle, rival, news)
    for a in range(propaganda.size):
        deaths = 0
        for b in range(propaganda.size):
            deaths += news[a, b]
        if deaths == 0 or propaganda[a] <= 0.0:
            continue
        onset, which = uniform2(k0, k1, stream, step, a, 0)
        weight = log1p(float(deaths))
        if onset >= chance(propaganda[a] * rate * weight):
            continue
        target = which * deaths
        about = a
        for b in range(propaganda.size):
            if news[a, b] > 0 and target >= 0.0:
                about = b
                target -= news[a, b]
        speak(
            a, about, deaths, weight, fame_gain, sharpening, step, kind, hostility, rival, fame, voice,
            log_rows, log_terms, log_count,
        )  # fmt: skip
