"""Every name in a scenario must name something: actors, groups, camps, peoples, places, countries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sahelsim.scenario.actors import Home
from sahelsim.scenario.finding import Finding
from sahelsim.scenario.gazette import Gazette
from sahelsim.scenario.interventions import (
    Border,
    Claim,
    Deploy,
    Intervention,
    Operation,
    Order,
    Protect,
    Services,
    Split,
    Statement,
    Strike,
    Truce,
    Withdraw,
)  # fmt: skip
from sahelsim.scenario.problems import did_you_mean
from sahelsim.scenario.region_spec import SyntheticRegion
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.tree import Path

__all__ = ["check_names"]


def check_names(scenario: Scenario, gazette: Gazette | None) -> Iterator[Finding]:
    """Unknown and repeated names; those of the region are skipped where its gazette is None."""
    names = _Names(scenario, gazette)
    yield from _camps(scenario)
    yield from _peoples(scenario, names)
    for actor in scenario.actors:
        yield from _actor(scenario, actor, names)
    yield from _hostility(scenario, names)
    yield from _dyads(scenario, names)
    yield from _feuds(scenario, names)
    yield from _sieges(scenario, names)
    for key, resource in scenario.resources.items():
        yield from names.home(resource.at, ("resources", key, "at"))
    yield from _interventions(scenario, names)


class _Names:
    """Looks names up, one method for each kind of name."""

    def __init__(self, scenario: Scenario, gazette: Gazette | None) -> None:
        self.scenario = scenario
        self.gazette = gazette

    def known(
        self, kind: str, name: str, known: Iterable[str], path: Path, *, at_key: bool = False
    ) -> Iterator[Finding]:
        if name not in (names := list(known)):
            yield Finding(path, f"unknown {kind} '{name}'{did_you_mean(name, names)}", at_key)

    def actor(self, name: str, path: Path, *, at_key: bool = False) -> Iterator[Finding]:
        return self.known("actor", name, self.scenario.actors, path, at_key=at_key)

    def camp(self, name: str, path: Path, *, at_key: bool = False) -> Iterator[Finding]:
        return self.known("camp", name, self.scenario.camps, path, at_key=at_key)

    def people(self, name: str | None, path: Path, *, at_key: bool = False) -> Iterator[Finding]:
        return iter(()) if name is None else self.known("people", name, self.scenario.peoples, path, at_key=at_key)

    def group(self, actor: str, group: str | None, path: Path) -> Iterator[Finding]:
        if group is None or actor not in self.scenario.actors:
            return iter(())
        return self.known(f"group of {actor}", group, self.scenario.actors[actor].groups, path)

    def country(self, name: str | None, path: Path) -> Iterator[Finding]:
        if name is None or self.gazette is None:
            return iter(())
        return self.known("country", name, self.gazette.countries, path)

    def place(self, name: str, path: Path) -> Iterator[Finding]:
        if self.gazette is not None and (fault := self.gazette.place_fault(name)) is not None:
            yield Finding(path, fault)

    def home(self, home: Home, path: Path) -> Iterator[Finding]:
        yield from self.people(home.people, (*path, "people"))
        yield from self.country(home.towns_of, (*path, "towns_of"))
        yield from self.country(home.country, (*path, "country"))
        if self.gazette is None:
            return
        for i, area in enumerate(home.admin1):
            yield from self.known("first-level area", area, self.gazette.admin1, (*path, "admin1", i))
        if home.place is not None:
            yield from self.place(home.place, (*path, "place"))
        if home.people in self.scenario.peoples and home.people not in self.gazette.peoples:
            yield Finding((*path, "people"), f"nobody of the people '{home.people}' lives in the region")


def _camps(scenario: Scenario) -> Iterator[Finding]:
    for i, camp in enumerate(scenario.camps):
        if camp in scenario.camps[:i]:
            yield Finding(("camps", i), f"the camp '{camp}' stands twice")


def _peoples(scenario: Scenario, names: _Names) -> Iterator[Finding]:
    for name, people in scenario.peoples.items():
        for camp in people.kinship:
            yield from names.camp(camp, ("peoples", name, "kinship", camp), at_key=True)
    if isinstance(scenario.region, SyntheticRegion):
        for name in scenario.region.people_share:
            yield from names.people(name, ("region", "people_share", name), at_key=True)
        for code, country in scenario.region.countries.items():
            path = ("region", "countries", code, "capital")
            yield from names.known("place", country.capital, scenario.region.places, path)


def _actor(scenario: Scenario, name: str, names: _Names) -> Iterator[Finding]:
    actor, path = scenario.actors[name], ("actors", name)
    yield from names.camp(actor.camp, (*path, "camp"))
    if actor.camp == scenario.camps[0]:
        yield Finding((*path, "camp"), f"'{actor.camp}' is the neutral camp; an armed actor stands for another")
    for i, country in enumerate(actor.operates_in):
        yield from names.country(country, (*path, "operates_in", i))
    for key, group in actor.groups.items():
        yield from names.people(group.people, (*path, "groups", key, "people"))
        for i, home in enumerate(group.homes):
            yield from names.home(home, (*path, "groups", key, "homes", i))


def _hostility(scenario: Scenario, names: _Names) -> Iterator[Finding]:
    for table, lookup in (("camp_hostility", names.camp), ("hostility", names.actor)):
        rows: dict[str, dict[str, float]] = getattr(scenario.relations, table)
        for a, row in rows.items():
            yield from lookup(a, ("relations", table, a), at_key=True)
            for b in row:
                yield from lookup(b, ("relations", table, a, b), at_key=True)
                if a == b and table == "hostility":
                    yield Finding(("relations", table, a, b), f"{a} cannot be hostile to itself", at_key=True)


def _dyads(scenario: Scenario, names: _Names) -> Iterator[Finding]:
    for table in ("rivalries", "truces"):
        seen: dict[frozenset[str], str] = {}
        for key, dyad in getattr(scenario.relations, table).items():
            path = ("relations", table, key)
            yield from _pair(names, dyad.a, dyad.b, path)
            first = seen.setdefault(frozenset((dyad.a, dyad.b)), key)
            if first != key:
                yield Finding(path, f"{dyad.a} and {dyad.b} are already given in '{first}'", at_key=True)


def _pair(names: _Names, a: str, b: str, path: Path) -> Iterator[Finding]:
    yield from names.actor(a, (*path, "a"))
    yield from names.actor(b, (*path, "b"))
    if a == b:
        yield Finding((*path, "b"), f"expected two different actors, got {a} twice")


def _feuds(scenario: Scenario, names: _Names) -> Iterator[Finding]:
    for key, feud in scenario.relations.feuds.items():
        path = ("relations", "feuds", key)
        yield from names.people(feud.people, (*path, "people"))
        yield from names.people(feud.against, (*path, "against"))
        yield from names.actor(feud.avenger, (*path, "avenger"))
        if feud.people == feud.against:
            yield Finding((*path, "against"), f"expected two different peoples, got {feud.people} twice")


def _sieges(scenario: Scenario, names: _Names) -> Iterator[Finding]:
    for key, siege in scenario.relations.sieges.items():
        path = ("relations", "sieges", key)
        yield from names.actor(siege.by, (*path, "by"))
        yield from names.camp(siege.camp, (*path, "camp"))
        yield from names.place(siege.place, (*path, "place"))
        if siege.by in scenario.actors and scenario.actors[siege.by].camp == siege.camp:
            yield Finding((*path, "camp"), f"{siege.by} cannot besiege a community of its own camp '{siege.camp}'")


def _interventions(scenario: Scenario, names: _Names) -> Iterator[Finding]:
    for key, item in scenario.interventions.items():
        path = ("interventions", key)
        yield from _who(names, item, path)
        if isinstance(item, Border):
            for i, country in enumerate(item.countries):
                yield from names.country(country, (*path, "countries", i))
        elif isinstance(item, Withdraw):
            yield from names.country(item.country, (*path, "country"))
        elif isinstance(item, Services):
            yield from names.camp(item.camp, (*path, "camp"))
        elif isinstance(item, Deploy):
            for i, home in enumerate(item.homes):
                yield from names.home(home, (*path, "homes", i))
        if isinstance(item, Order | Operation):
            yield from names.home(item.target, (*path, "target"))
        elif isinstance(item, Services | Protect):
            yield from names.home(item.area, (*path, "area"))


def _who(names: _Names, item: Intervention, path: Path) -> Iterator[Finding]:
    """The actors and groups of an intervention."""
    if isinstance(item, Claim | Truce):
        yield from _pair(names, item.a, item.b, path)
    elif isinstance(item, Statement):
        yield from names.actor(item.author, (*path, "author"))
        if item.addressee is not None:
            yield from names.actor(item.addressee, (*path, "addressee"))
    elif isinstance(item, Operation):
        for actor, part in item.actors.items():
            yield from names.actor(actor, (*path, "actors", actor), at_key=True)
            yield from _named_groups(names, actor, part.groups, (*path, "actors", actor))
    elif not isinstance(item, Border | Services) and item.actor is not None:
        yield from names.actor(item.actor, (*path, "actor"))
        if isinstance(item, Deploy | Withdraw | Strike | Protect):
            yield from names.group(item.actor, item.group, (*path, "group"))
        if isinstance(item, Order | Split):
            yield from _named_groups(names, item.actor, item.groups, path)
        if isinstance(item, Split):
            yield from names.actor(item.into, (*path, "into"))


def _named_groups(names: _Names, actor: str, groups: tuple[str, ...], path: Path) -> Iterator[Finding]:
    for i, group in enumerate(groups):
        yield from names.group(actor, group, (*path, "groups", i))
