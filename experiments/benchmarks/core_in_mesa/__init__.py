"""The core of the model as a Mesa user would write it: agents as objects, cells as objects, Mesa's random numbers.

Movement, battle, violence against civilians, allegiance, defection and truces, from the equations in docs/odd.md and
the parameters of a loaded scenario; nothing of the engine's kernels. It serves twice: as the other side of the
benchmark (`../core.py`), and as an oracle that the engine is held against (`compare.py`, tests/test_core_in_mesa.py).
"""
