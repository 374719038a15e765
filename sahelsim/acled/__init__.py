"""Reading ACLED exports into the same event table as GED. The project holds no data of ACLED: files are the user's."""

from __future__ import annotations

from sahelsim.acled.events import Dropped, Mapped, fold_ged
from sahelsim.acled.read import AcledRecord, looks_like_acled, read_acled

__all__ = ["AcledRecord", "Dropped", "Mapped", "fold_ged", "looks_like_acled", "read_acled"]
