"""Truces of dyads, and the hostility between rivals.

Hostility h of a rivalry drifts towards its resting level and rises with battles (see `battle`):

    dh/dt = drift (max(0, min(1, base + claims + v + ideology w |i_a - i_b|)) - h)

with w the weight of ideology in the rivalry and v what the statements of both have added (see `information`).

A truce begins with hazard (per week)

    onset_rate exp(-onset_hostility h + exhaustion X + common_enemy E)

as tacit coexistence if the two have no fresh dead between them, else negotiated, and ends with hazard

    breakdown_rate exp(breakdown_ideology w |i_a - i_b| + breakdown_overlap O + breakdown_hostility h - common_enemy E)

times `negotiated_hold` if it is negotiated. X = 1 - exp(-remembered mutual deaths / (exhaustion_scale * strength of the
weaker side)), E = share of the fights of both that goes against enemies that they have in common, O = overlap: fighters
who share a cell with the other, as a share of the weaker side. Zartman 2001 (hurting stalemate); Christia 2012 and
Fjelde & Nilsson 2012 (relative power, common enemies, contested ground); Nsaibia & Weiss 2020 for JNIM and ISGS.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp
from sahelsim.rng import uniform2
from sahelsim.world.log_kernel import write_decision

__all__ = ["common_enemy_share", "drift_hostility", "overlap_of", "update_enmity", "update_truces"]

I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

_TACIT = 1
_NEGOTIATED = 2


@kernel
def update_enmity(hostility: F64, truce: I8, tacit_factor: float, negotiated_factor: float, enmity: F64) -> None:
    """Enmity that acts on the ground: hostility times the factor of the truce; fills `enmity` (A, A)."""
    for a in range(hostility.shape[0]):
        for b in range(hostility.shape[0]):
            factor = 1.0
            if truce[a, b] == _TACIT:
                factor = tacit_factor
            elif truce[a, b] == _NEGOTIATED:
                factor = negotiated_factor
            enmity[a, b] = hostility[a, b] * factor


@kernel
def drift_hostility(
    hostility: F64, resting: F64, voice: F64, creed: F64, rival: I8, ideology_of: F64, ideology: float, drift: float,
    weeks: float,
) -> None:  # fmt: skip
    """Hostility of rivals drifts towards its resting level."""
    share = 1.0 - exp(-drift * weeks)
    for a in range(hostility.shape[0]):
        for b in range(hostility.shape[0]):
            if rival[a, b] == 1:
                rest = resting[a, b] + voice[a, b] + ideology * creed[a, b] * abs(ideology_of[a] - ideology_of[b])
                hostility[a, b] += share * (min(1.0, max(0.0, rest)) - hostility[a, b])


@kernel
def overlap_of(strength: I32, a: int, b: int) -> float:
    """Fighters of the weaker side who share a cell with the other, up to the other's number there, as a share; 0-1."""
    both = 0
    total_a = 0
    total_b = 0
    for c in range(strength.shape[0]):
        both += min(strength[c, a], strength[c, b])
        total_a += strength[c, a]
        total_b += strength[c, b]
    weaker = min(total_a, total_b)
    return both / weaker if weaker > 0 else 0.0


@kernel
def common_enemy_share(fights: F64, a: int, b: int) -> float:
    """Share of the remembered fights of a and b that goes against enemies of both; 0-1."""
    common = 0.0
    total = 0.0
    for e in range(fights.shape[0]):
        total += fights[a, e] + fights[b, e]
        if e not in (a, b):
            common += 2.0 * min(fights[a, e], fights[b, e])
    return common / total if total > 0.0 else 0.0


@kernel
def update_truces(
    k0: int, k1: int, stream: int, step: int, weeks: float,
    strength: I32, fighters: I64, hostility: F64, creed: F64, rival: I8, truce: I8, held: I8,
    loss_memory: F64, fight_memory: F64, ideology_of: F64, onset_rate: float, onset_hostility: float,
    exhaustion: float, common_enemy: float,
    breakdown_rate: float, breakdown_ideology: float, breakdown_overlap: float, breakdown_hostility: float,
    negotiated_hold: float, truce_relief: float, fresh: float, exhaustion_scale: float,
    onset_kind: int, breakdown_kind: int,
    log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """Begin and end the truces of all rivalries; see the module for the hazards.

    `fighters` (A,) are those of each actor, `strength` (C, A) the same by cell.
    `fresh` is the number of remembered deaths from which a new truce counts as negotiated.
    """
    actors = hostility.shape[0]
    for a in range(actors):
        for b in range(a + 1, actors):
            if rival[a, b] == 0 or held[a, b] == 1:
                continue
            if fighters[a] == 0 or fighters[b] == 0:
                continue
            gap = creed[a, b] * abs(ideology_of[a] - ideology_of[b])
            enemy = common_enemy_share(fight_memory, a, b)
            tired = 1.0 - exp(-loss_memory[a, b] / (exhaustion_scale * min(fighters[a], fighters[b])))
            h = hostility[a, b]
            dyad = a * actors + b
            u, _ = uniform2(k0, k1, stream, step, dyad, 0)
            before, overlap = truce[a, b], 0.0
            if before == 0:
                hazard = onset_rate * exp(-onset_hostility * h + exhaustion * tired + common_enemy * enemy)
                after = _NEGOTIATED if loss_memory[a, b] >= fresh else _TACIT
            else:
                overlap = overlap_of(strength, a, b)
                hazard = breakdown_rate * exp(
                    breakdown_ideology * gap + breakdown_overlap * overlap + breakdown_hostility * h
                    - common_enemy * enemy
                )  # fmt: skip
                if before == _NEGOTIATED:
                    hazard *= negotiated_hold
                after = 0
            if u >= chance(hazard * weeks):
                continue
            truce[a, b] = after
            truce[b, a] = after
            if after != 0:
                overlap = overlap_of(strength, a, b)  # for the log alone: it does not bring a truce about
                hostility[a, b] = h * (1.0 - truce_relief)
                hostility[b, a] = h * (1.0 - truce_relief)
            write_decision(
                log_rows, log_terms, log_count, step, breakdown_kind if after == 0 else onset_kind, -1, dyad,
                before, after, 0, h, tired, enemy, overlap, gap, hazard, 0.0, 0.0,
            )  # fmt: skip
