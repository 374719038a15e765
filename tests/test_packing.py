"""Results of a replicate on the way between processes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from made_up_runs import GROUND, RECORDS_OF, make_scenario

from sahelsim.results.build import build_part
from sahelsim.results.packing import pack, unpack


def test_a_part_arrives_as_it_was_sent_and_much_smaller() -> None:
    sent = build_part(RECORDS_OF[1], GROUND, make_scenario(), cold=True)
    nothing = {name: table.slice(0, 0) for name, table in sent.tables.items()}
    for part in (sent, replace(sent, tables=nothing, panel={})):
        packed = pack(part)
        arrived = unpack(packed)
        assert list(arrived.tables) == list(part.tables)
        for name, table in part.tables.items():
            assert arrived.tables[name].equals(table, check_metadata=True), name
        assert list(arrived.panel) == list(part.panel)
        for name, values in part.panel.items():
            assert arrived.panel[name].dtype == values.dtype, name
            np.testing.assert_array_equal(arrived.panel[name], values, err_msg=name)
        assert (arrived.replicate, arrived.totals, arrived.seconds, arrived.cold) == (
            part.replicate, part.totals, part.seconds, part.cold,
        )  # fmt: skip
    packed = pack(sent)
    large = sum(table.nbytes for table in sent.tables.values()) + sum(a.nbytes for a in sent.panel.values())
    assert len(packed.head) + sum(len(data) for _, data in packed.buffers) < large / 2
