"""One battle: who attacks, who wins, who dies, who runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from core_in_mesa.draws import logistic, lomax

if TYPE_CHECKING:
    from core_in_mesa.actors import Actor
    from core_in_mesa.place import Place
    from core_in_mesa.unit import Unit

__all__ = ["clash"]


def clash(place: Place, forces: dict[Actor, list[Unit]], a: Actor, b: Actor) -> None:
    """A battle of `a` and `b`; the dead and those who flee are taken out of `forces`."""
    model = place.model
    p, random = model.mechanisms.battle, model.random
    strength = {x: sum(u.strength for u in forces[x]) for x in (a, b)}
    push = [x.doctrine.initiative * strength[x] for x in (a, b)]
    attacker = random.choices((a, b), push)[0]
    defender = b if attacker is a else a
    odds = math.log(attacker.skill / defender.skill)
    odds += p.strength_exponent * math.log(strength[attacker] / strength[defender])
    won = random.random() < logistic(p.outcome_slope * odds + p.attacker_edge)
    winner, loser = (attacker, defender) if won else (defender, attacker)

    deaths = int(min(lomax(random, p.death_scale, p.tail_exponent), p.mortal_share * (strength[a] + strength[b])))
    of_loser = min(int(p.loser_share * deaths + random.random()), deaths)
    dead = {loser: _bury(forces[loser], of_loser, place), winner: _bury(forces[winner], deaths - of_loser, place)}
    for x in (a, b):
        place.losses[x] += dead[x]
        forces[x] = [u for u in forces[x] if u.strength > 0]
    winner.victories += 1.0
    loser.defeats += 1.0
    model.dyad(a, b).remember(sum(dead.values()))
    model.note_battle(a, b, sum(dead.values()), won)
    forces[loser] = [u for u in forces[loser] if not u.rout()]


def _bury(units: list[Unit], deaths: int, place: Place) -> int:
    """The dead fall on a unit drawn by strength, and on the next if it has too few; returns how many they are."""
    first = units.index(place.model.random.choices(units, [u.strength for u in units])[0])
    left = deaths
    for unit in units[first:] + units[:first]:
        if left == 0:
            break
        left -= unit.lose(left)
    return deaths - left
