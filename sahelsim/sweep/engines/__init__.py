"""Where chunks of runs are executed; `base` has the interface."""
