"""Sweeps: an experiment file to runs, over processes or a cluster, into one store that survives anything.

The seams are described in docs/sweeps.md: the store (`store`, `shards`), a parcel of runs (`execute.run_parcel`) and
the engines that have parcels run somewhere (`engines.base`).
"""
