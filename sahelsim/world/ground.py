"""The ground: everything about a scenario that does not change while it runs. Shared by all replicates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sahelsim.grid import Grid, distance_km
from sahelsim.record import Names

__all__ = ["Ground"]

I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
B1 = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """Cells, communities and towns as fixed arrays; C cells, M communities, T towns, P peoples, K camps, F feuds."""

    grid: Grid
    names: Names

    extent: float  # area of a mean cell in units of the scenario's reference area

    cells_latitude: F64  # (C,) degrees north, centre
    cells_longitude: F64  # (C,) degrees east, centre
    cells_country: I16  # (C,) country index, -1 outside any
    cells_admin1: I16  # (C,) index, -1 none
    cells_land: B1  # (C,) a unit may stand there
    cells_desert: F32  # (C,) 0-1
    cells_river: F32  # (C,) 0-1
    cells_border_km: F32  # (C,) km to the nearest other country
    cells_capital_km: F32  # (C,) km to the country's capital
    cells_garrison_km: F32  # (C,) km to the nearest capital, regional capital or garrison town
    cells_remoteness: F32  # (C,) 0-1
    cells_gid: I32  # (C,) PRIO-GRID gid
    neighbours: I32  # (C, 8), -1 outside
    trade: F64  # (C,) money a week that all who tax the trade there can take
    gold: F64  # (C,) the same of gold

    community_start: I32  # (C + 1,) first community of each cell
    community_cell: I32  # (M,)
    community_latitude: F64
    community_longitude: F64
    community_name: tuple[str, ...]
    community_country: I16
    community_admin1: I16
    community_people: I16
    community_clan: I16  # -1 settled
    community_population: I32  # at the start
    community_refuges: I32  # (M, R) communities that can take its people in, by falling pull, -1 none
    community_refuge_pull: F32  # (M, R) standing pull of those, see mechanisms.displacement
    clan_names: tuple[str, ...]

    towns_latitude: F64  # (T,)
    towns_longitude: F64
    towns_admin1: I16
    towns_country: I16
    towns_cell: I32
    towns_population: I32

    kinship: F64  # (P, K) standing tie of a people to a camp
    feud_people: I16  # (F,) the people that avenges
    feud_against: I16  # (F,) the people that is blamed
    feud_level: F64  # (F,)
    feud_avenger: I16  # (F,) actor
    feud_sites: I32  # (N, 2) (feud, cell): the blamed people lives there, the other there or around; sorted
    raisers: I16  # (P, J) actors for which a community of the people may raise a band, in order; -1 none

    @cached_property
    def raised(self) -> I8:
        """1 for the actors that communities of some people may raise, (A,)."""
        out = np.zeros(len(self.names.actors), np.int8)
        out[self.raisers[self.raisers >= 0]] = 1
        return out

    @cached_property
    def country_middle(self) -> I64:
        """The cell of each country that is nearest to the mean of its cells, -1 of one without cells."""
        return self._middles(self.cells_country)

    @cached_property
    def admin1_middle(self) -> I64:
        """The same of each first-level area."""
        return self._middles(self.cells_admin1)

    def _middles(self, cells_area: I16) -> I64:
        out = np.full(int(cells_area.max(initial=-1)) + 1, -1, np.int64)
        for area in range(out.size):
            cells = np.flatnonzero(cells_area == area)
            if cells.size:
                y, x = self.cells_latitude[cells], self.cells_longitude[cells]
                out[area] = cells[np.argmin(np.round(distance_km(y, x, y.mean(), x.mean()), 3))]
        return out

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.cells_latitude.size)

    @property
    def communities(self) -> int:
        """Number of communities."""
        return int(self.community_cell.size)
