"""Numbers and dates that must fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sahelsim.errors import BadInput
from sahelsim.scenario.finding import Finding
from sahelsim.scenario.region_spec import SyntheticRegion
from sahelsim.scenario.schema import Scenario

__all__ = ["check_numbers"]

_TOLERANCE = 1e-6


def check_numbers(scenario: Scenario) -> Iterator[Finding]:
    """Faults in calendar, grid, synthetic region, relations and interventions."""
    yield from _calendar(scenario)
    yield from _grid(scenario)
    if isinstance(scenario.region, SyntheticRegion):
        yield from _synthetic(scenario, scenario.region)
    yield from _ties(scenario)
    yield from _two_way("camp_hostility", scenario.relations.camp_hostility)
    yield from _two_way("hostility", scenario.relations.hostility)
    yield from _interventions(scenario)


def _calendar(scenario: Scenario) -> Iterator[Finding]:
    calendar = scenario.calendar
    if calendar.start.toordinal() + calendar.steps * calendar.step_days > date.max.toordinal():
        yield Finding(
            ("calendar", "steps"),
            f"{calendar.steps} steps of {calendar.step_days} days run beyond the year 9999",
        )


def _grid(scenario: Scenario) -> Iterator[Finding]:
    from sahelsim.grid import Grid

    spec = scenario.grid
    try:
        Grid(spec.lon_min, spec.lon_max, spec.lat_min, spec.lat_max, spec.resolution)
    except BadInput as error:
        yield Finding(("grid", str(error.path)), error.message)


def _synthetic(scenario: Scenario, region: SyntheticRegion) -> Iterator[Finding]:
    for name, share in region.people_share.items():
        if not 0 <= share <= 1:
            yield Finding(("region", "people_share", name), f"expected a share from 0 to 1, got {share:g}")
    total = sum(region.people_share.values())
    if abs(total - 1) > _TOLERANCE:
        yield Finding(("region", "people_share"), f"the shares must sum to 1; they sum to {total:.6g}", at_key=True)
    edge = scenario.grid.lon_min
    for code, country in region.countries.items():
        if country.lon_max <= edge:
            yield Finding(
                ("region", "countries", code, "lon_max"),
                f"countries are given from west to east: expected more than {edge:g}, got {country.lon_max:g}",
            )
        edge = country.lon_max
    if edge < scenario.grid.lon_max - _TOLERANCE and region.countries:
        yield Finding(
            ("region", "countries", list(region.countries)[-1], "lon_max"),
            f"the last country must reach the eastern edge of the grid, {scenario.grid.lon_max:g}; it ends at {edge:g}",
        )
    if region.population < region.communities:
        yield Finding(
            ("region", "population"),
            f"{region.population} people cannot fill {region.communities} communities",
        )
    grid = scenario.grid
    for name, place in region.places.items():
        if not (grid.lon_min <= place.longitude < grid.lon_max and grid.lat_min <= place.latitude < grid.lat_max):
            yield Finding(("region", "places", name), f"the place '{name}' lies outside the grid", at_key=True)


def _ties(scenario: Scenario) -> Iterator[Finding]:
    for name, people in scenario.peoples.items():
        for camp, tie in people.kinship.items():
            if not -1 <= tie <= 1:
                yield Finding(("peoples", name, "kinship", camp), f"expected a tie from -1 to 1, got {tie:g}")


def _two_way(table: str, hostility: Mapping[str, Mapping[str, float]]) -> Iterator[Finding]:
    for a, row in hostility.items():
        for b, value in row.items():
            path = ("relations", table, a, b)
            if not 0 <= value <= 1:
                yield Finding(path, f"expected a hostility from 0 to 1, got {value:g}")
            other = hostility.get(b, {}).get(a, value)
            if other != value and a < b:
                later = path if list(hostility).index(a) > list(hostility).index(b) else ("relations", table, b, a)
                yield Finding(later, f"hostility is symmetric, but {a} to {b} is {value:g} and {b} to {a} is {other:g}")


def _interventions(scenario: Scenario) -> Iterator[Finding]:
    for name, item in scenario.interventions.items():
        if item.until is not None and item.until < item.date:
            yield Finding(("interventions", name, "until"), f"ends on {item.until}, before it begins on {item.date}")
