"""Intercommunal revenge: a harmed people strikes communities of the people that it blames.

Where both peoples of a feud (p against q) live in cell c, hazard per week:

    lambda = rate * level * [standing + (1 - standing) (1 - exp(-H / harm_scale))]

with H the deaths of p in the cell that are blamed on q and not yet forgotten; `rate` is that of a cell of the
reference area and is scaled by the area of the cell. The victims are one community of q, drawn with weight
people**victim_exponent. The deaths follow the law of violence
against civilians; they are harm in the opposite feud, so that revenge can spiral. Evidence: Tuareg-Fulani killings
2018 and the Zarma backlash of 2021 (seeds LWJ, WAR); standing disputes over land and water: Benjaminsen & Ba 2009.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel
from sahelsim.elementary import chance, exp, lomax
from sahelsim.mechanisms.civilian_harm.kernel import draw_victim, hurt_community
from sahelsim.rng import uniform2, uniform4
from sahelsim.world.log_kernel import write_violence

__all__ = ["avenge"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def avenge(
    k0: int, k1: int, stream: int, victim_stream: int, step: int, weeks: float,
    sites: I32, feud_people: I16, feud_against: I16, feud_level: F64, feud_avenger: I16,
    memory: F32, harm: F32, actor_camp: I16,
    community_start: I32, population: I32, grievance: F32, fear: F32, people: I16,
    rate: float, harm_scale: float, standing: float, death_scale: float, tail_exponent: float, mortal_share: float,
    victim_exponent: float, gain: float, spill: float, fear_gain: float, kin_blame: float, kind: int,
    log_rows: I32, log_terms: F32, log_count: I64,
) -> None:  # fmt: skip
    """All revenge of a step over the `sites` (N, 2) of (feud, cell); see the module for the equation."""
    cells = memory.size
    most_here = 0
    for c in range(cells):
        most_here = max(most_here, community_start[c + 1] - community_start[c])
    weight = np.empty(most_here)
    for i in range(sites.shape[0]):
        f, c = sites[i, 0], sites[i, 1]
        roused = 1.0 - exp(-harm[f, c] / harm_scale) if harm[f, c] > 0.0 else 0.0
        hazard = rate * feud_level[f] * (standing + (1.0 - standing) * roused)
        entity = f * cells + c
        onset, which, severity, _ = uniform4(k0, k1, stream, step, entity, 0)
        if onset >= chance(hazard * weeks):
            continue
        first, last = community_start[c], community_start[c + 1]
        for m in range(first, last):
            weight[m - first] = 1.0 if people[m] == feud_against[f] else 0.0
        m = draw_victim(first, last, which, population, weight, victim_exponent)
        if m < 0:
            continue
        spread, _ = uniform2(k0, k1, victim_stream, step, entity, 0)
        most = int(mortal_share * population[m] + spread)
        deaths = min(1 + int(min(lomax(severity, death_scale, tail_exponent), 1.0e6)), max(1, most))
        a = feud_avenger[f]
        hurt_community(
            m, first, last, deaths, actor_camp[a], feud_people[f], c, population, grievance, fear, people, memory, harm,
            feud_people, feud_against, gain, spill, fear_gain, kin_blame,
        )  # fmt: skip
        write_violence(
            log_rows, log_terms, log_count, step, kind, c, a, -1, 0, 0, deaths, m, feud_people[f], people[m], -1,
            0.0, 0.0, 0.0, roused,
        )  # fmt: skip
