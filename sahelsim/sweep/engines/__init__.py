"""Where parcels of runs are executed; `base` has the interface."""
