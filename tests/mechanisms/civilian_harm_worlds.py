"""Parameters of violence against civilians, for its tests."""

from __future__ import annotations

from hypothesis import strategies as st

from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters

UNLIKELY = 1e-5
KIN_BLAME = 0.6


def parameters(**changes: float) -> CivilianHarmParameters:
    """Parameters of violence against civilians that are easy to reckon with, but for `changes`."""
    values: dict[str, float] = {
        "rate": 0.2, "half_strength": 40.0, "coercion": 1.0, "punishment": 3.0, "reprisal": 2.0,
        "reprisal_scale": 10.0, "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.1, "party": 50.0,
        "deaths_per_fighter": 40.0, "kin_restraint": 0.5, "victim_exponent": 0.5, "grievance_gain": 0.5,
        "grievance_spill": 0.2, "fear_gain": 0.4,
    }  # fmt: skip
    return CivilianHarmParameters(enabled=True, **(values | changes))


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 10), half_strength=st.floats(1, 200), coercion=st.floats(0, 3), punishment=st.floats(0, 5),
    reprisal=st.floats(0, 5), reprisal_scale=st.floats(0.1, 50), death_scale=st.floats(0.1, 60),
    tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.001, 1), kin_restraint=st.sampled_from([0.0, 0.3, 1.0]),
    victim_exponent=st.one_of(st.just(0.0), st.floats(0, 2)), party=st.floats(1, 60),
    deaths_per_fighter=st.floats(0.1, 5),
    grievance_gain=st.floats(0, 3), grievance_spill=st.floats(0, 1), fear_gain=st.floats(0, 3),
)  # fmt: skip
