"""Camps towards camps: enmity of actors, taken together by their fighters.

The enmity of actor a towards camp k is the mean over the camp's fighters,

    E_ak = sum over b in k of (enmity_ab n_b) / sum over b in k of n_b

with n_b the fighters of actor b, and 0 towards its own camp; that of two camps is the mean of it over the fighters of
the first. Sums are taken in the order of the actors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["enmity_of_actors", "enmity_of_camps"]

I16 = npt.NDArray[np.int16]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@kernel
def weighted_enmity(enmity: F64, fighters: I64, actor_camp: I16, towards: F64, total: F64) -> None:
    """Enmity of each actor times the fighters of each camp; fills `towards` (A, K) and the fighters `total` (K,)."""
    towards[:, :] = 0.0
    total[:] = 0.0
    for b in range(actor_camp.size):
        total[actor_camp[b]] += fighters[b]
        for a in range(actor_camp.size):
            towards[a, actor_camp[b]] += enmity[a, b] * fighters[b]


@kernel
def enmity_of_actors(fighters: I64, enmity: F64, actor_camp: I16, camps: int) -> F64:
    """Enmity of each actor towards each camp, shape (A, K); `fighters` (A,) by actor."""
    towards, total = np.empty((actor_camp.size, camps)), np.empty(camps)
    weighted_enmity(enmity, fighters, actor_camp, towards, total)
    for a in range(actor_camp.size):
        for k in range(camps):
            if actor_camp[a] == k:
                towards[a, k] = 0.0
            elif total[k] > 0.0:
                towards[a, k] /= total[k]
    return towards


@kernel
def enmity_of_camps(fighters: I64, enmity: F64, actor_camp: I16, camps: int) -> F64:
    """Enmity between camps, shape (K, K); 0 within a camp. `fighters` (A,) by actor."""
    towards, total = np.empty((actor_camp.size, camps)), np.empty(camps)
    weighted_enmity(enmity, fighters, actor_camp, towards, total)
    mean = np.zeros((camps, camps))
    for a in range(actor_camp.size):
        for k in range(camps):
            mean[actor_camp[a], k] += fighters[a] * towards[a, k]
    for j in range(camps):
        for k in range(camps):
            mean[j, k] = 0.0 if j == k else mean[j, k] / max(total[j] * total[k], 1.0)
    return mean
