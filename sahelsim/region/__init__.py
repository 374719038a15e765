"""A real region: countries, admin-1, rivers, desert, settlements, peoples and clans, cut to any grid.

Usage: ``region = load_region("central_sahel")``, then ``cells_on(region, grid)`` and
``communities_on(region, grid, "cluster")``. See ``docs/region.md`` for the tables and the rules behind them.
"""

from sahelsim.region.cells import CellTable, cells_on
from sahelsim.region.communities import CommunityTable, communities_on
from sahelsim.region.load import load_region
from sahelsim.region.tables import LIVELIHOODS, Region

__all__ = [
    "LIVELIHOODS",
    "CellTable",
    "CommunityTable",
    "Region",
    "cells_on",
    "communities_on",
    "load_region",
]
