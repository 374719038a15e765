"""A scenario on one screen."""

from __future__ import annotations

from datetime import timedelta

from rich.console import Console
from rich.table import Table

from sahelsim.scenario.interventions import Border, Claim, Intervention, Operation, Services, Split, Statement, Truce
from sahelsim.scenario.load import Loaded
from sahelsim.scenario.region_spec import SyntheticRegion
from sahelsim.scenario.schema import Scenario

__all__ = ["print_scenario"]


def print_scenario(loaded: Loaded, console: Console) -> None:
    """Print frame, actors, relations, interventions and mechanisms of a scenario."""
    scenario = loaded.scenario
    console.print(f"{scenario.title} ({scenario.name})", style="bold")
    console.print(scenario.description.strip())
    console.print()
    for word, value in _frame(loaded):
        console.print(f"{word:14}{value}", soft_wrap=True)
    for table in (_actors(scenario), _interventions(scenario)):
        if table.row_count:
            console.print()
            console.print(table)


def _frame(loaded: Loaded) -> list[tuple[str, str]]:
    s = loaded.scenario
    calendar, grid = s.calendar, s.grid
    end = calendar.start + timedelta(days=calendar.steps * calendar.step_days - 1)
    off = [name for name in type(s.mechanisms).model_fields if not getattr(s.mechanisms, name).enabled]
    synthetic = isinstance(s.region, SyntheticRegion)
    region = f"synthetic, {s.region.communities:,} communities" if synthetic else _tables(s)
    box = f"lon {grid.lon_min:g} to {grid.lon_max:g}, lat {grid.lat_min:g} to {grid.lat_max:g}"
    return [
        ("files", ", ".join(str(file) for file in loaded.files)),
        ("calendar", f"{calendar.start} to {end}, {calendar.steps} steps of {calendar.step_days} days"),
        ("grid", f"{box}, {grid.resolution:g} degrees"),
        ("region", region),
        ("seed", f"{s.seed}, {s.replicates} replicate{'s' if s.replicates > 1 else ''}"),
        ("camps", ", ".join(s.camps)),
        ("peoples", ", ".join(people.name for people in s.peoples.values())),
        ("rivalries", ", ".join(f"{r.a}–{r.b}" for r in s.relations.rivalries.values()) or "none"),
        ("truces", ", ".join(f"{t.a}–{t.b} ({t.state})" for t in s.relations.truces.values()) or "none"),
        ("switched off", ", ".join(off) or "nothing"),
        ("overrides", ", ".join(s.overrides) or "none"),
    ]


def _tables(scenario: Scenario) -> str:
    assert not isinstance(scenario.region, SyntheticRegion)
    return f"{scenario.region.tables}, one community per {scenario.region.communities}"


def _actors(scenario: Scenario) -> Table:
    table = Table("actor", "camp", box=None, pad_edge=False, title="Actors", title_justify="left")
    for column in ("fighters", "groups", "initiative", "harshness"):
        table.add_column(column, justify="right")
    for key, actor in scenario.actors.items():
        fighters = sum(group.fighters for group in actor.groups.values())
        doctrine = actor.doctrine
        cells = (f"{fighters:,}", f"{len(actor.groups)}", f"{doctrine.initiative:g}", f"{doctrine.harshness:g}")
        table.add_row(f"{key}: {actor.name}", actor.camp, *cells)
    return table


def _interventions(scenario: Scenario) -> Table:
    table = Table(
        "from", "until", "type", "who", "name", box=None, pad_edge=False, title="Interventions", title_justify="left"
    )
    for key, item in sorted(scenario.interventions.items(), key=lambda entry: entry[1].date):
        name = f"{key} (what-if)" if item.what_if else key
        table.add_row(str(item.date), "" if item.until is None else str(item.until), item.type, _who(item), name)
    return table


def _who(item: Intervention) -> str:
    """Whom an intervention is about."""
    if isinstance(item, Claim | Truce):
        return f"{item.a}–{item.b}"
    if isinstance(item, Statement):
        return item.author if item.addressee is None else f"{item.author} on {item.addressee}, {item.medium}"
    if isinstance(item, Operation):
        return ", ".join(item.actors)
    if isinstance(item, Border):
        return "–".join(item.countries)
    if isinstance(item, Services):
        return item.camp
    if isinstance(item, Split):
        return f"{item.actor} to {item.into}"
    return item.actor or ""
