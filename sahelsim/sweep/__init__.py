"""Sweeps: an experiment file to runs, over processes or a cluster, into one store that survives anything.

The seams are described in docs/sweeps.md: the store (`store`, `shards`), a chunk of runs (`execute.run_chunk`) and the
engines that have chunks run somewhere (`engines.base`).
"""
