"""One step of information, and statements on a date."""

from __future__ import annotations

from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.information.kernel import fade, report, speak
from sahelsim.mechanisms.information.parameters import InformationParameters
from sahelsim.rng import Stream
from sahelsim.terms import Decision, Harm, Trait
from sahelsim.world.state import World

__all__ = ["issue", "run_step"]


def issue(world: World, parameters: InformationParameters, author: int, addressee: int | None, weight: float) -> None:
    """A statement on a date, a sermon or an issue of a magazine, with the effects of any other of its weight.

    Parameters
    ----------
    author, addressee : int
        Actors; None: to all.
    weight : float
        As that of a claim, which is the logarithm of 1 + deaths: 3 for a battle with some twenty dead.
    """
    p, a, log = parameters, world.actors, world.decisions
    log.reserve(1)
    speak(
        author, author if addressee is None else addressee, 0, weight, p.fame_gain, p.sharpening, world.step,
        int(Decision.STATEMENT), a.hostility, a.rival, a.fame, a.voice, log.rows, log.terms, log.count,
    )  # fmt: skip


def run_step(world: World, parameters: InformationParameters, since: int, weeks: float) -> None:
    """Let fame and quarrels fade, then let actors claim what they did.

    Parameters
    ----------
    since : int
        First row of the log of violence that belongs to this step.
    weeks : float
        Length of the step.
    """
    p, a, log, violence = parameters, world.actors, world.decisions, world.violence
    fade(a.fame, a.voice, decay_factor(p.fame_half_life, weeks), decay_factor(p.voice_half_life, weeks))
    log.reserve(a.fame.size)
    report(
        *world.key, int(Stream.INFORMATION), world.step,
        violence.rows, since, int(violence.count[0]), int(Harm.BATTLE), a.traits[Trait.PROPAGANDA], p.rate,
        p.fame_gain, p.sharpening, int(Decision.STATEMENT), a.hostility, a.rival, a.fame, a.voice,
        log.rows, log.terms, log.count,
    )  # fmt: skip
