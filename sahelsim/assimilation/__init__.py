"""Assimilation: the ensemble follows the record month by month, so that a forecast starts from the war as it stands."""
