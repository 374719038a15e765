"""A run directory with made-up contents, for the tests of results and explanations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from observed_worlds import CALENDAR, PARAMETERS, RECORDS, make_ground, make_record

from sahelsim.record import ReplicateRecord
from sahelsim.results import Run, open_run
from sahelsim.results.build import build_part
from sahelsim.results.storage import aside
from sahelsim.results.writing import RunWriter
from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.schema import Scenario

GROUND = make_ground()
_WORLD = {
    "grid.lon_min": 0.0,
    "grid.lon_max": 2.0,
    "grid.lat_min": 10.0,
    "grid.lat_max": 11.0,
    "grid.resolution": 0.25,
    "region.countries.WST.lon_max": 1.25,
    "region.countries.EST.lon_max": 2.0,
    **{f"region.places.{place}.latitude": 10.5 for place in ("Port", "Crossing", "Hills")},
    **{f"region.places.{place}.longitude": at for place, at in (("Port", 0.3), ("Crossing", 1.5), ("Hills", 1.8))},
}
RECORDS_OF = [make_record(GROUND, events=300, replicate=r) for r in range(3)]


def make_scenario(**outputs: bool) -> Scenario:
    """The shipped small scenario, with the made-up world's grid, actors, peoples, calendar and reporting."""
    base = load_scenario("two_actors", settings=[f"{path}={value}" for path, value in _WORLD.items()])
    army = base.actors["army"]
    actors = {
        name: army.model_copy(update={"record": record})
        for name, record in zip(GROUND.names.actors, RECORDS, strict=True)
    }
    return base.model_copy(
        update={
            "actors": actors,
            "camps": GROUND.names.camps,
            "calendar": CALENDAR,
            "replicates": 3,
            "relations": base.relations.model_copy(update={"camp_hostility": {}, "feuds": {}}),
            "peoples": {"hill": base.peoples["hill"], "river": base.peoples["plain"]},
            "region": base.region.model_copy(update={"people_share": {"hill": 0.5, "river": 0.5}}),
            "mechanisms": base.mechanisms.model_copy(update={"observation": PARAMETERS}),
            "outputs": base.outputs.model_copy(update=outputs),
        }
    )


def write(out: Path, scenario: Scenario, records: Sequence[ReplicateRecord] = RECORDS_OF) -> Run:
    """A finished run of some records."""
    with aside(out) as directory:
        writer = RunWriter(directory, scenario, GROUND)
        for record in records:
            writer.add(build_part(record, GROUND, scenario))
        writer.finish({}, {})
    return open_run(out)
