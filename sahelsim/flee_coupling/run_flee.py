"""Run Flee on the input in this folder: ``python run.py [SEED]`` writes out.csv. Needs `pip install flee` only.

input_csv/ holds locations, routes, closures and conflicts in Flee's layout, and departures.csv: the people who set out
from each location on each day. Flee takes that number from refugee counts and draws the locations by population; here
both come from the conflict model. An agent stands for `hasten` people (simsetting.yml); people who do not fill an agent
yet are counted as waiting, so the columns after `left` always add up to it. The number of days done goes to stdout.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from flee import InputGeography, flee
from flee.SimulationSettings import SimulationSettings


def read_departures(path: Path) -> tuple[list[str], list[list[int]]]:
    """Names of the locations, and people by day and location."""
    with path.open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    return header[1:], [[int(value) for value in row[1:]] for row in rows]


def whereabouts(ecosystem: flee.Ecosystem) -> tuple[Counter[str], Counter[str]]:
    """Agents by camp, and agents elsewhere by where they are."""
    camps: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    for agent in ecosystem.agents:
        if agent.travelling:
            elsewhere["on_the_way"] += 1
        elif agent.location.camp:
            camps[agent.location.name] += 1
        else:
            elsewhere["in_conflict_zones" if agent.location.conflict > 0.0 else "in_towns"] += 1
    return camps, elsewhere


def main(seed: int, folder: Path) -> None:
    """Simulate every day of departures.csv and write out.csv."""
    random.seed(seed)
    np.random.seed([seed >> 32, seed & 0xFFFFFFFF])  # noqa: NPY002  (Flee draws from the global generator)
    inputs = folder / "input_csv"
    SimulationSettings.ReadFromYML(str(folder / "simsetting.yml"))
    SimulationSettings.ConflictInputFile = str(inputs / "conflicts.csv")
    size = SimulationSettings.optimisations["PopulationScaleDownFactor"]
    ecosystem, geography = flee.Ecosystem(), InputGeography.InputGeography()
    geography.ReadConflictInputCSV(str(inputs / "conflicts.csv"))
    geography.ReadLocationsFromCSV(str(inputs / "locations.csv"))
    geography.ReadLinksFromCSV(str(inputs / "routes.csv"))
    geography.ReadClosuresFromCSV(str(inputs / "closures.csv"))
    ecosystem, locations = geography.StoreInputGeographyInEcosystem(ecosystem)
    with (inputs / "sim_period.csv").open(newline="", encoding="utf-8") as stream:
        start = date.fromisoformat(dict(csv.reader(stream))["StartDate"])
    names, departures = read_departures(inputs / "departures.csv")
    camps = [name for name, location in locations.items() if location.camp]
    left = dict.fromkeys(names, 0)
    sent = dict.fromkeys(names, 0)
    with (folder / "out.csv").open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["day", "date", "left", "waiting", "on_the_way", "in_conflict_zones", "in_towns", *camps])
        for day, people in enumerate(departures):
            geography.AddNewConflictZones(ecosystem, day)
            for name, number in zip(names, people, strict=True):
                left[name] += number
                while (sent[name] + 1) * size <= left[name]:
                    ecosystem.addAgent(locations[name], {})
                    sent[name] += 1
            ecosystem.enact_border_closures(day)
            ecosystem.evolve()
            there, elsewhere = whereabouts(ecosystem)
            total, agents = sum(left.values()), sum(sent.values())
            away = [size * elsewhere[key] for key in ("on_the_way", "in_conflict_zones", "in_towns")]
            in_camps = [size * there[name] for name in camps]
            out.writerow([day, start + timedelta(days=day), total, total - size * agents, *away, *in_camps])
            sys.stdout.write(f"{day + 1}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    main(int(sys.argv[1] if len(sys.argv) > 1 else (here / "seed.txt").read_text()), here)
