"""Sieges in the schedule and in scenarios: switched off, and of the first day."""

from __future__ import annotations

import numpy as np
import pytest

from mechanisms.small import army_and_movement, decisions_of, few
from sahelsim.errors import BadInput
from sahelsim.schedule import begin
from sahelsim.schedule import run_step as run_schedule
from sahelsim.terms import Decision
from sahelsim.world.build import build_blueprint
from sahelsim.world.state import World

LIVELY = {
    "calendar__steps": few(25, 12), "actors__movement__doctrine__besieging": 2.0, "mechanisms__siege__rate": 0.5,
    "mechanisms__siege__min_people": 1, "mechanisms__siege__hungering": 1.0, "mechanisms__pact__enabled": False,
}  # fmt: skip


def played(**changes: object) -> World:
    play = begin(build_blueprint(army_and_movement(**LIVELY, **changes)), 0)
    for _ in range(play.blueprint.scenario.calendar.steps):
        run_schedule(play)
    return play.world


def test_switched_off_nobody_goes_hungry() -> None:
    on, off = played(), played(mechanisms__siege__enabled=False)
    assert {Decision.SIEGE_START, Decision.SIEGE_END} <= {row[1] for row in decisions_of(on)}
    assert on.communities.hunger.max() > 0.2
    assert not {Decision.SIEGE_START, Decision.SIEGE_END} & {row[1] for row in decisions_of(off)}
    assert (off.communities.besieger == -1).all()
    assert not off.communities.hunger.any()


FIRST_DAY = {
    "place": "Fort", "by": "movement", "camp": "state", "tightness": 0.4, "hunger": 0.2, "source": "test",
}  # fmt: skip


def a_place() -> str:
    return next(iter(army_and_movement().region.places))


def test_a_siege_of_the_first_day() -> None:
    siege = FIRST_DAY | {"place": a_place()}
    scenario = army_and_movement(relations__sieges={"first": siege})
    play = begin(build_blueprint(scenario), 0)
    (m,) = np.flatnonzero(play.world.communities.besieger >= 0)
    c = play.world.communities
    assert play.blueprint.besieged == {"first": m}
    assert list(scenario.actors)[c.besieger[m]] == "movement"
    assert scenario.camps[c.camp[m]] == "state"
    assert (c.tightness[m], c.hunger[m], c.siege_start[m]) == pytest.approx((0.4, 0.2, 0))
    off = army_and_movement(relations__sieges={"first": siege}, mechanisms__siege__enabled=False)
    assert (begin(build_blueprint(off), 0).world.communities.besieger == -1).all()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"by": "movemnt"}, "unknown actor 'movemnt'"),
        ({"place": "Nowhere"}, "unknown place 'Nowhere'"),
        ({"camp": "nobody"}, "unknown camp 'nobody'"),
        ({"camp": "movement"}, "cannot besiege a community of its own camp"),
        ({"tightness": 2.0}, "0 to 1"),
    ],
)
def test_a_siege_that_cannot_be(fault: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        army_and_movement(relations__sieges={"first": FIRST_DAY | {"place": a_place()} | fault})


def test_two_sieges_of_one_community() -> None:
    siege = FIRST_DAY | {"place": a_place()}
    with pytest.raises(BadInput, match="same community"):
        build_blueprint(army_and_movement(relations__sieges={"first": siege, "second": siege}))
