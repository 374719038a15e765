"""A replicate's results on the way between processes: the large arrays compressed, an eighth of their bytes.

Most of the bytes are panels full of zeros and names that repeat; LZ4 takes them faster than a pipe would.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sahelsim.results.part import Part

__all__ = ["PackedPart", "pack", "unpack"]

_CODEC = "lz4"


class PackedPart(NamedTuple):
    """A part as bytes."""

    head: bytes  # all but the large buffers
    buffers: tuple[tuple[int, bytes], ...]  # length before compression, and what it became


def pack(part: Part) -> PackedPart:
    """A part, ready to be sent."""
    import pyarrow as pa

    raw: list[pickle.PickleBuffer] = []
    head = pickle.dumps(part, protocol=5, buffer_callback=raw.append)
    views = [buffer.raw() for buffer in raw]
    packed = ((view.nbytes, pa.compress(pa.py_buffer(view), codec=_CODEC, asbytes=True)) for view in views)
    return PackedPart(head, tuple(packed))


def unpack(packed: PackedPart) -> Part:
    """The part that was packed; its arrays cannot be written to."""
    import pyarrow as pa

    buffers = [pa.decompress(data, decompressed_size=size, codec=_CODEC) for size, data in packed.buffers]
    part: Part = pickle.loads(packed.head, buffers=buffers)
    return part
