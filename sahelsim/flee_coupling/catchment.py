"""Which location of a case stands for a place: the nearest one of the home country within its reach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.flee_coupling.case import Case
from sahelsim.grid import distance_km

__all__ = ["nearest_origin"]


def nearest_origin(
    case: Case, latitude: npt.ArrayLike, longitude: npt.ArrayLike, country: npt.ArrayLike
) -> npt.NDArray[np.int64]:
    """Index into ``case.origins`` of each point; -1 in another country, -2 in the home country but out of reach.

    Parameters
    ----------
    case : Case
    latitude, longitude : (N,)
        Degrees.
    country : (N,) of str
        Names as in the run; Flee's have underscores for spaces.
    """
    lat, lon = np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)
    origins = case.origins
    km = distance_km(
        lat[:, None], lon[:, None], np.array([x.latitude for x in origins]), np.array([x.longitude for x in origins])
    )
    nearest = km.argmin(axis=1)
    reach = km[np.arange(lat.size), nearest] <= case.parameters.catchment_km
    home = np.array(
        [str(name) == case.home.replace("_", " ") for name in np.asarray(country, dtype=object)], dtype=bool
    )
    return np.where(home, np.where(reach, nearest, -2), -1).astype(np.int64)
