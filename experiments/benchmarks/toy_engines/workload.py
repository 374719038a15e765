"""The workload that every engine carries out.

N agents of three groups on a torus of 200 x 200 cells. In a step every agent moves to one of the eight cells around it,
each with the same chance; then all at once each agent that is not alone meets one other agent of its cell, drawn
evenly, and takes over its group with probability

    logistic(ATTACHMENT + PULL (n_other - n_own) / n)

with n the agents of the cell, n_own those of its own group and n_other those of the group of the one it meets, itself
included, all before anybody changes.
"""

from __future__ import annotations

__all__ = ["ATTACHMENT", "GROUPS", "PULL", "WIDTH"]

WIDTH = 200
GROUPS = 3
ATTACHMENT = -2.0
PULL = 3.0
