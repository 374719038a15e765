"""Observation against a slow plain reference: pure Python, its own Philox, its own arithmetic."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from observed_worlds import CALENDAR, PARAMETERS, RECORDS, make_ground, make_record

from sahelsim.observation.report import Fate, observe
from sahelsim.rng import Stream, key_of

RADIUS = 6371.0088


def philox(counter, key):
    """Philox4x32-10 from the paper of Salmon et al. 2011."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & 0xFFFFFFFF, (p >> 32) ^ c[3] ^ k[1], p & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return [(x + 0.5) / 2**32 for x in c]


def haversine(a, b):
    (y0, x0), (y1, x1) = a, b
    p0, p1 = math.radians(y0), math.radians(y1)
    h = math.sin((p1 - p0) / 2) ** 2 + math.cos(p0) * math.cos(p1) * math.sin(math.radians(x1 - x0) / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(h))


class Reference:
    """One event after the other."""

    def __init__(self, record, ground):
        self.ground, self.violence, self.p = ground, record.violence, PARAMETERS
        self.key = key_of(record.seed, record.replicate)
        self.seen = Counter()

    def uniforms(self, stream, slot):
        return philox([self.entity, self.step, int(stream), self.slot + slot], self.key)

    def label(self, actor, country):
        record = RECORDS[actor]
        if record.host_government and country >= 0:
            return self.ground.names.governments[country]
        return record.name

    def cell_of(self, point):
        row, column = math.floor((point[0] - 10.0) * 4 + 1e-9), math.floor(point[1] * 4 + 1e-9)
        return row * 8 + column if 0 <= row < 4 and 0 <= column < 8 else -1

    def middle(self, of, area):
        cells = [c for c in range(32) if of[c] == area]
        y = sum(self.ground.cells_latitude[c] for c in cells) / len(cells)
        x = sum(self.ground.cells_longitude[c] for c in cells) / len(cells)
        centre = {c: (self.ground.cells_latitude[c], self.ground.cells_longitude[c]) for c in cells}
        return centre[min(cells, key=lambda c: round(haversine(centre[c], (y, x)), 3))]

    def event(self, e):
        v, g = self.violence, self.ground
        self.step, kind, cell = int(v.step[e]), int(v.kind[e]), int(v.cell[e])
        a, b, community = int(v.side_a[e]), int(v.side_b[e]), int(v.community[e])
        if kind == 1:
            self.entity = (cell * 8 + a) * 8 + b
        else:
            self.entity = (community if community >= 0 else cell) * 8 + a
            kind += 4 if community < 0 else 0
        number = self.seen[self.step, kind, self.entity]
        self.seen[self.step, kind, self.entity] += 1
        self.slot = (number * 8 + kind) * 8

        country = int(g.cells_country[cell])
        deaths = [int(v.deaths_a[e]), int(v.deaths_b[e]), int(v.deaths_civilians[e])]
        sides = [self.label(a, country), "Civilians" if b < 0 else self.label(b, country)]
        state = [RECORDS[x].government or RECORDS[x].host_government for x in (a, b) if x >= 0]
        violence_type = 3 if b < 0 else 1 if any(state) else 2
        if b >= 0 and ((state[1] and not state[0]) or (state[0] == state[1] and self.after(*sides))):
            sides.reverse()
            deaths[:2] = deaths[1::-1]
        day = self.step * 7 + math.floor(self.uniforms(Stream.REPORTING_DATE, 0)[0] * 7)
        out = {"type": violence_type, "day": day, "point": self.true_point(cell, community)}
        out["fate"] = self.fate(deaths, sides, state, violence_type, cell)
        if out["fate"] is Fate.REPORTED:
            out |= {"sides": sides, "counts": self.counts(deaths, violence_type), "window": self.window(day)}
            out |= self.place(out["point"], cell)
        return out

    def after(self, x, y):
        return (x.casefold(), x) > (y.casefold(), y)

    def fate(self, deaths, sides, state, violence_type, cell):
        total = sum(deaths)
        if (deaths[2] if violence_type == 3 else total) == 0:
            return Fate.NO_DEATHS
        if sides[0] == sides[1]:
            return Fate.SAME_SIDE
        if len(state) == 2 and all(state):
            return Fate.TWO_GOVERNMENTS
        p = self.p
        x = p.base + p.size * math.log(total) - p.remoteness * float(self.ground.cells_remoteness[cell])
        x += p.growth * self.step * 7 / 365.25 + {1: 0.0, 2: p.non_state, 3: p.civilian}[violence_type]
        u = self.uniforms(Stream.REPORTING, 0)
        if u[1] < p.unattributed:
            return Fate.UNATTRIBUTED
        return Fate.REPORTED if u[0] < 1 / (1 + math.exp(-x)) else Fate.MISSED

    def counts(self, deaths, violence_type):
        p, u = self.p, self.uniforms(Stream.REPORTING_COUNTS, 0)
        noise = p.count_noise * math.sqrt(3) / math.pi * math.log(u[0] / (1 - u[0]))
        total = sum(deaths)
        best = max(1, math.floor(total * math.exp(noise) + 0.5))
        parts = [best * d // total for d in deaths]
        order = sorted(range(3), key=lambda j: (-(best * deaths[j] % total), j))
        for j in order[: best - sum(parts)]:
            parts[j] += 1
        unknown = 0
        chance = {1: p.unsplit_state, 2: p.unsplit_non_state, 3: 0.0}[violence_type]
        if self.uniforms(Stream.REPORTING_COUNTS, 1)[0] < chance:
            parts, unknown = [0, 0, parts[2]], parts[0] + parts[1]
        low = high = best
        if u[1] < p.range_share:
            factor = math.exp(-p.range_width * math.log(u[2]))
            low, high = (math.floor(best / factor), best) if u[3] < p.range_below else (best, math.ceil(best * factor))
        return [*parts, unknown, best, low, high]

    def window(self, day):
        p, u = self.p, self.uniforms(Stream.REPORTING_DATE, 1)
        edges = np.cumsum([p.date_exact, p.date_days, p.date_week, p.date_month])
        precision = 1 + sum(u[0] >= e for e in edges)
        length = {
            1: 1,
            2: min(6, 2 + math.floor(math.log(u[1]) / math.log(0.35))),
            3: 7,
            4: 8 + math.floor(u[1] * 24),
            5: 32 + math.floor(u[1] * 69),
        }[precision]
        first = day - math.floor(u[2] * length)
        return [max(first, 0), min(first + length - 1, CALENDAR.steps * 7 - 1), precision]

    def true_point(self, cell, community):
        g, u = self.ground, self.uniforms(Stream.REPORTING_PLACE, 0)
        here = [m for m in range(g.communities) if g.community_cell[m] == cell]
        if community < 0 and here:
            community = here[math.floor(u[0] * len(here))]
        if community >= 0:
            point = g.community_latitude[community], g.community_longitude[community]
        else:
            point = (
                g.cells_latitude[cell] + (u[1] - 0.5) * 0.25 * 0.999,
                g.cells_longitude[cell] + (u[2] - 0.5) * 0.25 * 0.999,
            )
        return round(point[0], 6), round(point[1], 6)

    def place(self, point, cell):
        g, p, u = self.ground, self.p, self.uniforms(Stream.REPORTING_PLACE, 1)
        country, area = int(g.cells_country[cell]), int(g.cells_admin1[cell])
        shares = [p.place_exact, p.place_near, p.place_district, p.place_province, p.place_area]
        precision = 1 + sum(u[0] >= e for e in np.cumsum(shares))
        towns = sorted(range(3), key=lambda t: haversine(point, self.town(t)))
        if country < 0:
            precision = 1
        elif area < 0 and precision >= 3:
            precision = 6
        near = [t for t in towns if g.towns_admin1[t] == area]
        if precision == 3 and not near:
            precision = 4
        there = point
        if precision == 2:
            angle, radius = 2 * math.pi * u[2], 25 * 0.999 / (math.pi / 180 * RADIUS) * math.sqrt(u[1])
            moved = (
                point[0] + radius * math.sin(angle),
                point[1] + radius * math.cos(angle) / math.cos(math.radians(point[0])),
            )
            there = moved if self.inside(moved, country) else point
        elif precision == 3:
            there = self.town(near[0])
        elif precision == 4:
            there = self.middle(g.cells_admin1, area)
        elif precision == 5:
            there = self.middle(g.cells_admin1, area)
            two = [self.town(t) for t in towns if g.towns_country[t] == country][:2]
            if len(two) == 2:
                half_way = (two[0][0] + two[1][0]) / 2, (two[0][1] + two[1][1]) / 2
                there = half_way if self.inside(half_way, country) else there
        elif precision == 6:
            there = self.middle(g.cells_country, country)
        there = round(there[0], 6), round(there[1], 6)
        admin1 = {2: int(g.cells_admin1[self.cell_of(there)]), 6: -1}.get(precision, area)
        gid = math.floor((there[0] + 90) * 2) * 720 + math.floor((there[1] + 180) * 2) + 1
        return {"there": there, "where_prec": precision, "country": country, "admin1": admin1, "gid": gid}

    def town(self, t):
        return self.ground.towns_latitude[t], self.ground.towns_longitude[t]

    def inside(self, point, country):
        cell = self.cell_of((round(point[0], 6), round(point[1], 6)))
        return cell >= 0 and self.ground.cells_country[cell] == country


@pytest.mark.parametrize("replicate", [0, 3])
def test_same_as_the_plain_reference(replicate):
    ground = make_ground()
    record = make_record(ground, events=500, replicate=replicate)
    seen = observe(record, ground, RECORDS, PARAMETERS, CALENDAR)
    reference = Reference(record, ground)
    expected = [reference.event(e) for e in range(record.violence.step.size)]

    assert [x["fate"] for x in expected] == [Fate(f) for f in seen.fate]
    assert {Fate.REPORTED, *Fate} == {x["fate"] for x in expected}, "the test world must meet every fate"
    assert [x["type"] for x in expected] == seen.sides.kind.tolist()
    assert [x["day"] for x in expected] == seen.day.tolist()
    assert [x["point"] for x in expected] == list(zip(seen.latitude, seen.longitude, strict=True))

    reported = [e for e, x in enumerate(expected) if x["fate"] is Fate.REPORTED]
    assert sorted(seen.row.tolist()) == reported
    assert {expected[e]["where_prec"] for e in reported} == {1, 2, 3, 4, 5, 6}
    assert {expected[e]["window"][2] for e in reported} == {1, 2, 3, 4, 5}
    for n, e in enumerate(seen.row.tolist()):
        x, places = expected[e], seen.places
        assert seen.sides.dyad(e) == " - ".join(x["sides"])
        assert seen.counts[n].tolist() == x["counts"]
        assert seen.window[n].tolist() == x["window"]
        assert (places.latitude[n], places.longitude[n]) == pytest.approx(x["there"], abs=2e-6)
        assert places.where_prec[n] == x["where_prec"]
        assert (places.country[n], places.admin1[n]) == (x["country"], x["admin1"])
        assert places.gid[n] == x["gid"]
