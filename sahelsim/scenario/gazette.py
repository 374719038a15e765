"""What a scenario's region knows by name: places, countries, first-level areas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sahelsim.errors import BadInput
from sahelsim.scenario.problems import did_you_mean
from sahelsim.scenario.region_spec import RegionSpec, SyntheticRegion

__all__ = ["Gazette", "gazette_of"]

SYNTHETIC_ADMIN1 = "Plain"


@dataclass(frozen=True)
class Gazette:
    """Names of a region.

    Attributes
    ----------
    place_fault : callable
        What is wrong with a place's name, None when it is known.
    countries, admin1, peoples : tuple of str
        ISO3-like codes, names of first-level areas, ids of the peoples that live there.
    """

    place_fault: Callable[[str], str | None]
    countries: tuple[str, ...]
    admin1: tuple[str, ...]
    peoples: tuple[str, ...]


def gazette_of(spec: RegionSpec) -> Gazette:
    """Names of a synthetic region, or of the tables that the scenario points to.

    Raises
    ------
    BadInput
        If the region's tables cannot be read.
    """
    if isinstance(spec, SyntheticRegion):
        return Gazette(
            place_fault=lambda name: None if name in spec.places else _unknown_place(name, spec),
            countries=tuple(spec.countries),
            admin1=(SYNTHETIC_ADMIN1,),
            peoples=tuple(spec.people_share),
        )
    from sahelsim.region import load_region

    region = load_region(spec.tables)

    def place_fault(name: str) -> str | None:
        try:
            region.place(name)
        except BadInput as error:
            return error.message
        return None

    return Gazette(
        place_fault=place_fault,
        countries=tuple(country.iso3 for country in region.countries),
        admin1=tuple(dict.fromkeys(unit.name for unit in region.admin1)),
        peoples=tuple(people.id for people in region.peoples),
    )


def _unknown_place(name: str, spec: SyntheticRegion) -> str:
    return f"unknown place '{name}'{did_you_mean(name, spec.places)}"
