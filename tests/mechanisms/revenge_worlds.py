"""Parameters of revenge and of its deaths, and a step of it alone, for the tests of revenge."""

from __future__ import annotations

from hypothesis import strategies as st

from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.revenge.parameters import RevengeParameters
from sahelsim.mechanisms.revenge.step import run_step as step_from
from sahelsim.world.state import World

UNLIKELY = 1e-5


def parameters(**changes: float) -> RevengeParameters:
    """Parameters of revenge that are easy to reckon with, but for `changes`."""
    values = {"rate": 0.8, "harm_scale": 10.0, "half_life": 2.0, "kin_blame": 0.6, "standing": 0.2}
    values |= {"fallen": 0.0, "talk": 0.0, "unarmed": 1.0, "armed_scale": 10.0, "nearby": 0.0, "mob": 20.0}
    return RevengeParameters(enabled=True, **(values | changes))


def deaths(**changes: float) -> CivilianHarmParameters:
    """Parameters of deaths among civilians, whom nobody attacks but for revenge."""
    values: dict[str, float] = {
        "rate": 0.0, "half_strength": 1.0, "coercion": 0.0, "punishment": 0.0, "reprisal": 0.0, "reprisal_scale": 1.0,
        "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.1, "party": 50.0,
        "deaths_per_fighter": 40.0, "kin_restraint": 1.0, "victim_exponent": 0.5,
        "grievance_gain": 0.5, "grievance_spill": 0.2, "fear_gain": 0.4,
    }  # fmt: skip
    return CivilianHarmParameters(enabled=True, **(values | changes))


def run_step(world: World, p: RevengeParameters, law: CivilianHarmParameters, weeks: float) -> None:
    """A step in which no battle was fought before."""
    step_from(world, p, law, int(world.violence.count[0]), weeks)


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 10), harm_scale=st.floats(0.1, 50), half_life=st.floats(1, 100), kin_blame=st.floats(0, 1),
    standing=st.floats(0, 1), talk=st.floats(0, 1), unarmed=st.floats(0, 1), armed_scale=st.floats(0.1, 50),
    nearby=st.floats(0, 1), mob=st.floats(0, 30),
)  # fmt: skip
DEATHS = st.builds(
    deaths,
    death_scale=st.floats(0.1, 60), tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.001, 1),
    victim_exponent=st.floats(0, 2), party=st.floats(1, 60), deaths_per_fighter=st.floats(0.1, 5),
    grievance_gain=st.floats(0, 3), grievance_spill=st.floats(0, 1), fear_gain=st.floats(0, 3),
)  # fmt: skip
