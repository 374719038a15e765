"""A Flee case: locations, routes, closures, period and settings, read from a folder in Flee's layout."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sahelsim.errors import BadInput
from sahelsim.flee_coupling.parameters import CouplingParameters
from sahelsim.flee_coupling.rows import Row, read_rows
from sahelsim.region.csvfile import integer, optional_integer, real
from sahelsim.scenario.explain import explain
from sahelsim.scenario.problems import Problem, did_you_mean, in_order
from sahelsim.scenario.reader import read_file
from sahelsim.scenario.tree import plain

__all__ = ["DEFAULT_CASE", "Case", "Location", "Route", "load_case", "packaged_case"]

DEFAULT_CASE = "mali_2022_2024"

_LOCATION = (
    "name", "region", "country", "latitude", "longitude", "location_type", "conflict_date", "population",
)  # fmt: skip
_ROUTE = ("name1", "name2", "distance", "forced_redirection")
_CLOSURE = ("closure_type", "name1", "name2", "closure_start", "closure_end")
_KINDS = ("conflict_zone", "town", "camp", "idpcamp", "forwarding_hub", "marker")
_CLOSES = {"country": 2, "location": 1, "link": 2, "camp": 1, "idpcamp": 1, "remove_forced_redirection": 2}


@dataclass(frozen=True)
class Location:
    """A place of Flee: one of `_KINDS`; `people` is the capacity of a camp, the population of others."""

    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    kind: str
    conflict_day: int
    people: int
    row: Row


@dataclass(frozen=True)
class Route:
    """A road, passable both ways, with its length [km] and Flee's forced redirection (0 none, 1 there, 2 back)."""

    first: str
    second: str
    km: float
    forced: int
    row: Row


@dataclass(frozen=True)
class Case:
    """A Flee case.

    Attributes
    ----------
    folder : Path
    locations, routes : tuple
    closures : tuple of tuple
        Kind, name, name, first and last day, as Flee has them.
    start : date
    days : int
    settings : dict
        Content of simsetting.yml.
    parameters : CouplingParameters
    """

    folder: Path
    locations: tuple[Location, ...]
    routes: tuple[Route, ...]
    closures: tuple[tuple[str, ...], ...]
    start: date
    days: int
    settings: dict[str, Any]
    parameters: CouplingParameters

    @property
    def home(self) -> str:
        """The country whose people flee: that of the first location, as in Flee."""
        return self.locations[0].country

    @property
    def origins(self) -> tuple[Location, ...]:
        """Locations that may be in conflict, in the country whose people flee."""
        return tuple(x for x in self.locations if x.kind == "conflict_zone" and x.country == self.home)

    @property
    def camps(self) -> tuple[Location, ...]:
        """Locations in which people stay."""
        return tuple(x for x in self.locations if "camp" in x.kind)


def packaged_case() -> Path:
    """Folder of the case that comes with the program: Mali, 2022 to 2024."""
    return Path(__file__).resolve().parent / "cases" / DEFAULT_CASE


def load_case(folder: str | Path | None = None) -> Case:
    """Read a case.

    Parameters
    ----------
    folder : path, optional
        A folder with locations.csv, routes.csv and sim_period.csv, and perhaps closures.csv, simsetting.yml and
        coupling.yaml, for which those of the packaged case stand in. The packaged case when not given.

    Raises
    ------
    BadInput
        A file is missing or malformed, or names a place that is not there.
    """
    path = packaged_case() if folder is None else Path(folder)
    if not path.is_dir():
        raise BadInput("there is no such folder; expected a Flee case", file=path, path="--case")
    locations = _locations(path / "locations.csv")
    names = {location.name for location in locations}
    closures = path / "closures.csv"
    countries = {location.country for location in locations}
    start, days = _period(path / "sim_period.csv")
    case = Case(
        folder=path,
        locations=locations,
        routes=_routes(path / "routes.csv", names),
        closures=_closures(closures, names, countries) if closures.exists() else (),
        start=start,
        days=days,
        settings=_yaml(path / "simsetting.yml"),
        parameters=_parameters(path / "coupling.yaml"),
    )
    for found, needed in ((case.camps, "camp"), (case.origins, f"conflict_zone in {case.home}")):
        if not found:
            raise BadInput(f"has no {needed}", file=path / "locations.csv", path="location_type")
    return case


def _locations(path: Path) -> tuple[Location, ...]:
    found: dict[str, Location] = {}
    for row in read_rows(path, _LOCATION):
        name, region, country = row.fields[:3]
        if not name or not country:
            raise row.fault("a location needs a name and a country")
        if name in found:
            raise row.fault(f"'{name}' stands in line {found[name].row.line} already", "name")
        latitude = row.get(3, "latitude", _within(90.0))
        longitude = row.get(4, "longitude", _within(180.0))
        kind = row.fields[5].lower()
        if kind not in _KINDS:
            raise row.fault(f"'{kind}' is no kind of location{did_you_mean(kind, _KINDS)}", "location_type")
        day = row.get(6, "conflict_date", optional_integer)
        people = row.get(7, "population", _count)
        found[name] = Location(name, region, country, latitude, longitude, kind, day, people, row)
    if not found:
        raise BadInput("has no locations", file=path)
    return tuple(found.values())


def _routes(path: Path, names: set[str]) -> tuple[Route, ...]:
    routes = []
    for row in read_rows(path, _ROUTE, optional=1):
        first, second = row.fields[:2]
        for column, name in zip(_ROUTE, (first, second), strict=False):
            _known(row, column, name, names)
        if first == second:
            raise row.fault(f"leads from '{first}' to itself")
        km = row.get(2, "distance", real)
        if km <= 0:
            raise row.fault(f"expected a distance above zero, found {km:g}", "distance")
        forced = max(0, row.get(3, "forced_redirection", optional_integer))
        if forced > 2:
            raise row.fault(f"expected 0, 1 or 2, found {forced}", "forced_redirection")
        routes.append(Route(first, second, km, forced, row))
    if not routes:
        raise BadInput("has no routes", file=path)
    return tuple(routes)


def _closures(path: Path, names: set[str], countries: set[str]) -> tuple[tuple[str, ...], ...]:
    closures = []
    for row in read_rows(path, _CLOSURE):
        kind = row.fields[0]
        if kind not in _CLOSES:
            raise row.fault(f"'{kind}' is no kind of closure{did_you_mean(kind, _CLOSES)}", "closure_type")
        for position in range(1, 1 + _CLOSES[kind]):
            _known(row, _CLOSURE[position], row.fields[position], countries if kind == "country" else names)
        row.get(3, "closure_start", integer)
        row.get(4, "closure_end", integer)
        closures.append(row.fields)
    return tuple(closures)


def _period(path: Path) -> tuple[date, int]:
    rows = {row.fields[0]: row for row in read_rows(path, ("name", "value"))}
    for name in ("StartDate", "Length"):
        if name not in rows:
            raise BadInput(f"the line {name},… is missing", file=path, path=name)
    start = rows["StartDate"].get(1, "StartDate", _day)
    length = rows["Length"].get(1, "Length", _count)
    if length < 1:
        raise rows["Length"].fault("expected at least one day", "Length")
    return start, length


def _yaml(path: Path) -> dict[str, Any]:
    """A YAML file of the case, or that of the packaged case where there is none."""
    problems: list[Problem] = []
    tree = read_file(path if path.exists() else packaged_case() / path.name, problems)
    if problems:
        raise in_order(problems)[0].error()
    content = plain(tree)
    assert isinstance(content, dict)
    return content


def _parameters(path: Path) -> CouplingParameters:
    problems: list[Problem] = []
    tree = read_file(path if path.exists() else packaged_case() / path.name, problems)
    try:
        parameters = CouplingParameters.model_validate_json(json.dumps(plain(tree)), strict=True)
    except ValidationError as error:
        problems.extend(explain(error, CouplingParameters, tree))
    if problems:
        raise in_order(problems)[0].error()
    return parameters


def _known(row: Row, column: str, name: str, names: set[str]) -> None:
    if name not in names:
        raise row.fault(f"there is no '{name}'{did_you_mean(name, sorted(names))}", column)


def _within(limit: float) -> Callable[[str], float]:
    def convert(value: str) -> float:
        number = real(value)
        if abs(number) > limit:
            raise ValueError(f"expected degrees from {-limit:g} to {limit:g}, found {number:g}")
        return number

    return convert


def _count(value: str) -> int:
    number = integer(value or "0")
    if number < 0:
        raise ValueError(f"expected a number of people or days, found {number}")
    return number


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"expected a day as 2022-09-01, found {value!r}") from None
