"""What looks wrong in a case that can be read: distances, roads that stand twice, places without a way out."""

from __future__ import annotations

from collections import deque

from sahelsim.errors import BadInput
from sahelsim.flee_coupling.case import Case, Location, Route
from sahelsim.grid import distance_km

__all__ = ["doubts", "refuse", "straight_km"]


def straight_km(a: Location, b: Location) -> float:
    """Great-circle distance of two locations [km]."""
    return float(distance_km(a.latitude, a.longitude, b.latitude, b.longitude))


def doubts(case: Case) -> list[BadInput]:
    """Everything doubtful, as errors that nobody has raised, file by file and from top to bottom."""
    return [*_distances(case), *_repeated(case.routes), *_cut_off(case)]


def refuse(found: list[BadInput]) -> None:
    """Raise the first of some doubts, with the others in its message."""
    if found:
        more = "".join(f"\n{doubt}" for doubt in found[1:])
        first = found[0]
        raise BadInput(first.message + more, file=first.file, line=first.line, path=first.path)


def _distances(case: Case) -> list[BadInput]:
    at = {location.name: location for location in case.locations}
    p = case.parameters
    found = []
    for route in case.routes:
        straight = straight_km(at[route.first], at[route.second])
        between = f"{route.first} to {route.second}: {route.km:,.10g} km"
        if route.km < p.shortest_detour * straight:
            found.append(
                route.row.fault(f"{between} is shorter than the straight line of {straight:,.1f} km", "distance")
            )
        elif route.km > p.longest_detour * straight:
            many = f"{route.km / straight:.1f} times the straight line of {straight:,.1f} km"
            found.append(
                route.row.fault(f"{between} is {many}; expected at most {p.longest_detour:g} times", "distance")
            )
    return found


def _repeated(routes: tuple[Route, ...]) -> list[BadInput]:
    seen: dict[frozenset[str], Route] = {}
    found = []
    for route in routes:
        ends = frozenset((route.first, route.second))
        if ends in seen:
            message = (
                f"{route.first} to {route.second} is the road of line {seen[ends].row.line} again; Flee makes every "
                "route passable both ways, so this one counts double"
            )
            found.append(route.row.fault(message))
        seen.setdefault(ends, route)
    return found


def _cut_off(case: Case) -> list[BadInput]:
    """Origins from which no camp can be reached."""
    ways: dict[str, list[str]] = {location.name: [] for location in case.locations}
    for route in case.routes:
        ways[route.first].append(route.second)
        ways[route.second].append(route.first)
    reached = {camp.name for camp in case.camps}
    waiting = deque(reached)
    while waiting:
        for name in ways[waiting.popleft()]:
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    return [
        origin.row.fault(f"no camp can be reached from {origin.name}", "name")
        for origin in case.origins
        if origin.name not in reached
    ]
