"""One toy workload in several engines; see `workload` for what it is."""
