"""Rebuild the tables of the packaged region from the originals; needs the extra `rebuild` (shapely).

``python -m sahelsim.region.rebuild PATH_TO_DATA [--out DIR]``
"""
