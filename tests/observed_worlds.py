"""A small made-up world and logs of violence in it, for the tests of observation, results and run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from sahelsim.grid import Grid
from sahelsim.observation.parameters import ObservationParameters
from sahelsim.record import DecisionLog, Flows, Names, Panel, ReplicateRecord, ViolenceLog
from sahelsim.scenario.actors import Record
from sahelsim.scenario.schema import Calendar
from sahelsim.terms import Account, Decision
from sahelsim.world.ground import Ground

ACTORS = ("ALAND", "BLAND", "GUARD", "ALLY", "MOVEMENT", "ISX", "ISY", "dozo")
RECORDS = (
    Record(name="Government of Aland", ged_id=72, government=True),
    Record(name="Government of Bland", ged_id=75, government=True),
    Record(name="Village guard", host_government=True),
    Record(name="Government of Farland", government=True, host_government=True),
    Record(name="MOVEMENT", ged_id=6716),
    Record(name="IS", ged_id=234),
    Record(name="IS", ged_id=234),
    Record(name="dozo hunters"),
)
NAMES = Names(
    actors=ACTORS,
    camps=("neutral", "state", "movement", "is"),
    peoples=("hill", "river"),
    groups=tuple(f"{a}/main" for a in ACTORS),
    countries=("AAA", "BBB"),
    country_names=("Aland", "Bland"),
    governments=("Government of Aland", "Government of Bland"),
    admin1=("South", "North", "East"),
)
PARAMETERS = ObservationParameters(
    enabled=True, base=0.3, size=0.8, remoteness=1.5, civilian=0.4, non_state=-0.5, growth=0.1,
    count_noise=0.3, range_share=0.27, range_width=1.0, place_exact=0.40, place_near=0.30,
    place_district=0.1, place_province=0.05, place_area=0.1, date_exact=0.6, date_days=0.2, date_week=0.08,
    date_month=0.07, unattributed=0.1,
    range_below=0.6, unsplit_state=0.02, unsplit_non_state=0.21,
)  # fmt: skip
"""Shares of the rarer codes are higher than in UCDP GED, so that small tests meet them."""

CALENDAR = Calendar(start=date(2017, 1, 1), steps=60, step_days=7)


def make_ground(communities: int = 50, seed: int = 1) -> Ground:
    """Eight by four cells: Aland in the west (two areas, three towns), Bland in the east (one, no town)."""
    grid = Grid(0.0, 2.0, 10.0, 11.0, 0.25)
    rng = np.random.default_rng(seed)
    column, row = np.arange(32) % 8, np.arange(32) // 8
    country = np.where(column < 5, 0, 1)
    admin1 = np.where(column < 5, np.where(row < 2, 0, 1), 2)
    country[31] = admin1[31] = -1  # a lake
    admin1[23] = -1  # land that no area claims
    cell = np.sort(rng.choice(np.flatnonzero(np.arange(32) % 5 != 2), communities))
    latitude = grid.latitude[cell] + rng.uniform(-0.12, 0.12, communities)
    longitude = grid.longitude[cell] + rng.uniform(-0.12, 0.12, communities)
    towns_latitude = np.array([10.2, 10.4, 10.8])
    towns_longitude = np.array([0.3, 1.1, 0.2])
    towns_cell = grid.cell_of(towns_latitude, towns_longitude)
    empty = np.zeros(32, np.float32)
    return Ground(
        extent=1.0,
        grid=grid,
        names=NAMES,
        cells_latitude=grid.latitude,
        cells_longitude=grid.longitude,
        cells_country=country.astype(np.int16),
        cells_admin1=admin1.astype(np.int16),
        cells_land=country >= 0,
        cells_desert=empty,
        cells_river=empty,
        cells_border_km=empty,
        cells_capital_km=empty,
        cells_garrison_km=empty,
        cells_remoteness=rng.uniform(0, 1, 32).astype(np.float32),
        cells_gid=grid.gid(),
        neighbours=grid.neighbours(),
        community_start=np.searchsorted(cell, np.arange(33)).astype(np.int32),
        community_cell=cell.astype(np.int32),
        community_latitude=latitude,
        community_longitude=longitude,
        community_name=tuple(f"Village {i}" for i in range(communities)),
        community_country=country[cell].astype(np.int16),
        community_admin1=admin1[cell].astype(np.int16),
        community_people=rng.integers(0, 2, communities).astype(np.int16),
        community_clan=np.full(communities, -1, np.int16),
        community_population=rng.integers(50, 5000, communities).astype(np.int32),
        community_refuges=np.full((communities, 1), -1, np.int32),
        community_refuge_pull=np.zeros((communities, 1), np.float32),
        clan_names=(),
        towns_latitude=towns_latitude,
        towns_longitude=towns_longitude,
        towns_admin1=admin1[towns_cell].astype(np.int16),
        towns_country=country[towns_cell].astype(np.int16),
        towns_cell=towns_cell,
        towns_population=np.array([9000, 8000, 7000], np.int32),
        kinship=np.zeros((2, 4)),
        feud_people=np.zeros(0, np.int16),
        feud_against=np.zeros(0, np.int16),
        feud_level=np.zeros(0),
        feud_avenger=np.zeros(0, np.int16),
        feud_sites=np.zeros((0, 2), np.int32),
        raisers=np.full((3, 1), -1, np.int16),
        trade=np.zeros(32),
        gold=np.zeros(32),
    )


def make_violence(
    ground: Ground, events: int, seed: int, steps: int = CALENDAR.steps, actors: int = len(ACTORS)
) -> ViolenceLog:
    """Random events in the order of the engine; some without deaths, some sharing step, cell and sides."""
    rng = np.random.default_rng(seed)
    kind = rng.choice([1, 1, 2, 3], events)
    battle = kind == 1
    community = np.where(battle, -1, rng.integers(0, ground.communities, events))
    community[~battle & (rng.random(events) < 0.1)] = -1
    cell = np.where(community >= 0, ground.community_cell[community], rng.integers(0, ground.cells, events))
    side_a = rng.integers(0, actors, events)
    side_b = np.where(battle, (side_a + rng.integers(1, actors, events)) % actors, -1)
    low, high = np.minimum(side_a, side_b), np.maximum(side_a, side_b)
    side_a, side_b = np.where(battle, low, side_a), np.where(battle, high, side_b)
    deaths = np.floor(rng.pareto(1.1, (events, 3)) * 1.5).clip(0, 200)
    deaths[~battle, 1] = 0
    step = rng.integers(0, steps, events)
    columns = {
        "step": step, "kind": kind, "cell": cell, "side_a": side_a, "side_b": side_b,
        "deaths_a": deaths[:, 0], "deaths_b": deaths[:, 1], "deaths_civilians": deaths[:, 2],
        "community": community, "people": np.where(battle, -1, 0), "victim_people": np.where(battle, -1, 1),
        "winner": np.where(battle, side_a, -1),
    }  # fmt: skip
    order = np.lexsort((side_b, side_a, cell, kind, step))
    return ViolenceLog(
        **{name: values[order].astype(np.int32) for name, values in columns.items()},
        terms=rng.random((events, 4)).astype(np.float32),
    )


def take(violence: ViolenceLog, rows: np.ndarray) -> ViolenceLog:
    """Some rows of a log."""
    return ViolenceLog(**{name: values[rows] for name, values in vars(violence).items()})


def make_decisions(ground: Ground, decisions: int, rng: np.random.Generator) -> DecisionLog:
    """Random decisions of every kind, by the conventions of `DecisionLog`."""
    actors, groups = len(NAMES.actors), len(NAMES.groups)
    kind = np.sort(np.r_[np.arange(1, 17), rng.integers(1, 17, decisions - 16)])
    community, group, actor = (rng.integers(0, n, decisions) for n in (ground.communities, groups, actors))
    camp, state, number = rng.integers(0, len(NAMES.camps), decisions), rng.integers(0, 3, decisions), group // 2
    author, addressee = rng.integers(0, actors, (2, decisions))
    changes, truces = np.isin(kind, (3, 6)), np.isin(kind, (4, 5))
    of_camp, commander = kind <= 2, kind == Decision.COMMANDER_KILLED
    entity = np.select(
        [kind == 3, np.isin(kind, (6, 13)), truces, kind == 14, kind == 15],
        [rng.integers(0, 500, decisions), group, 2 * actors + 5, author * actors + addressee, actor],
        community,
    )
    before = np.select(
        [of_camp, changes | np.isin(kind, (8, 11, 16)), truces, commander], [camp, actor, state, number], -1
    )
    after = np.select(
        [of_camp, kind == 6, truces, kind == 8, commander, np.isin(kind, (11, 14, 16))],
        [(camp + 1) % len(NAMES.camps), author, (state + 1) % 3, state + 1, number + 1, -1],
        actor,
    )
    after[kind == 3] = author[kind == 3]
    return DecisionLog(
        step=np.sort(rng.integers(0, CALENDAR.steps, decisions)).astype(np.int32),
        kind=kind.astype(np.int32),
        cell=np.where(truces | (kind == 14), -1, ground.community_cell[community]).astype(np.int32),
        entity=entity.astype(np.int32),
        before=before.astype(np.int32),
        after=after.astype(np.int32),
        size=np.where(truces | (kind == 14), 0, 30).astype(np.int32),
        terms=rng.uniform(-1, 1, (decisions, 8)).astype(np.float32),
    )


def make_panel(ground: Ground, rng: np.random.Generator) -> Panel:
    """Random states over the months of `CALENDAR`, January 2017 to February 2018; accounts add up to the treasury."""
    actors, camps, groups = len(NAMES.actors), len(NAMES.camps), len(NAMES.groups)
    months = np.arange(445, 445 + 14, dtype=np.int32)
    shape = (len(months), ground.communities)
    allegiance = np.maximum.accumulate(rng.integers(0, camps, shape) * (rng.random(shape) < 0.1), axis=0)
    accounts = rng.integers(0, 90, (len(months), len(Account), actors)) * (rng.random(actors) < 0.7)
    accounts[:, Account.PAY :] *= -1
    accounts[1:, Account.OPENING] = 0

    def held() -> np.ndarray:
        """An actor now and then, for months on end."""
        return np.repeat(np.where(rng.random((7, shape[1])) < 0.2, rng.integers(0, actors, (7, shape[1])), -1), 2, 0)

    return Panel(
        months=months,
        presence=rng.integers(0, 90, (len(months), actors, ground.cells)).astype(np.int32),
        control=rng.integers(-1, camps, (len(months), ground.cells)).astype(np.int32),
        displaced=rng.integers(0, 900, (len(months), ground.cells)).astype(np.int32),
        allegiance=allegiance.astype(np.int8),
        population=(ground.community_population + 10 * (allegiance > 0)).astype(np.int32),
        besieger=held().astype(np.int8),
        pact=held().astype(np.int8),
        treasury=accounts.sum(1).cumsum(0),
        accounts=accounts,
        strain=rng.random((len(months), actors)).astype(np.float32),
        group_actor=rng.integers(0, actors, (len(months), groups)).astype(np.int16),
        group_fighters=rng.integers(0, 300, (len(months), groups)).astype(np.int32),
        group_cohesion=rng.random((len(months), groups)).astype(np.float32),
        group_commander=rng.integers(0, 2, (len(months), groups)).cumsum(0).astype(np.int32),
    )


def make_flows(ground: Ground, panel: Panel, rng: np.random.Generator, rows: int = 60) -> Flows:
    """Random moves of people, one row for each month, origin and destination."""
    size = (panel.months.size, ground.communities, ground.communities)
    month, origin, destination = np.unravel_index(np.unique(rng.integers(0, np.prod(size), rows)), size)
    fled, returned = rng.integers(1, 500, (2, month.size))
    moved_on, settled = rng.integers(-90, 90, month.size), rng.integers(0, 20, month.size)
    pair = origin.astype(np.int32), destination.astype(np.int32)
    return Flows(panel.months[month], *pair, fled, returned // 2, moved_on, settled)


def make_record(ground: Ground, events: int = 300, replicate: int = 0, seed: int = 7) -> ReplicateRecord:
    """A whole record with random contents over the weeks of `CALENDAR`."""
    actors, steps = len(NAMES.actors), CALENDAR.steps
    rng = np.random.default_rng([seed, replicate])
    upper = rng.random((steps, actors, actors)).astype(np.float32) * (rng.random((actors, actors)) < 0.5)
    truce = (rng.random((steps, actors, actors)) < 0.05).astype(np.int8)
    panel = make_panel(ground, rng)
    return ReplicateRecord(
        replicate=replicate,
        seed=seed,
        violence=make_violence(ground, events, seed + replicate),
        decisions=make_decisions(ground, 120, rng),
        panel=panel,
        hostility=(upper + upper.transpose(0, 2, 1)) / 2,
        truce=np.maximum(truce, truce.transpose(0, 2, 1)),
        fighters=rng.integers(0, 9000, (steps, actors)).astype(np.int64),
        flows=make_flows(ground, panel, rng),
        ledger={"people": 0, "fighters": 0},
        seconds=0.1,
    )


def with_violence(record: ReplicateRecord, violence: ViolenceLog) -> ReplicateRecord:
    """The same record with other events."""
    return replace(record, violence=violence)
