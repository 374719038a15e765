"""How every figure looks: sizes, colours, the frame with title, notes and provenance. No global state is touched."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from sahelsim.results import Run
    from sahelsim.scenario.schema import Scenario

__all__ = [
    "DISCLAIMER", "FAINT", "INK", "NOTE_CHARACTERS", "NOTE_LINE", "OKABE_ITO", "SMALL", "TEXT", "TINY",
    "TYPE_COLOURS", "TYPE_NAMES", "WIDTH",
    "add_legend", "camp_colours", "dress", "ink_on", "line_colour", "new_figure", "provenance", "readable",
    "relative_luminance", "replicates_of", "tint",
]  # fmt: skip

Colour = str | tuple[float, float, float]

WIDTH = 7.2
"""Width of a figure [inches]: two columns of a journal page (183 mm)."""

TEXT, SMALL, TINY = 7.5, 6.5, 6.0
"""Font sizes at print size [points]: titles and labels, ticks and legends, notes."""

DISCLAIMER = "Simulated: a scenario, not a prophecy"

INK, FAINT = "#222222", "#8c8c8c"

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
"""Eight colours that people with any colour vision tell apart: Okabe and Ito (2008), Color Universal Design."""

TYPE_COLOURS = {1: OKABE_ITO["blue"], 2: OKABE_ITO["sky"], 3: OKABE_ITO["vermillion"]}
TYPE_NAMES = {1: "State-based", 2: "Non-state", 3: "One-sided"}
"""Types of violence of UCDP GED."""

NOTE_CHARACTERS, NOTE_LINE = 155, 0.115
"""Letters of a line of notes across WIDTH, and its height [inches]."""

_NEUTRAL = "#B3B3B3"
_PALE = 0.75  # luminance
_REBEL_ORDER = ("vermillion", "black", "yellow", "green", "purple", "sky", "orange")
_HEAD = 0.3
_KEYS = 0.2  # height of a line of keys [inches]


def camp_colours(scenario: Scenario) -> dict[str, str]:
    """A colour for each camp: grey for the first (neutral), blue for that of the governments, the others in order.

    The order keeps camps apart for people who see no red or no green, and pale tints of them too.
    """
    governing = {actor.camp for actor in scenario.actors.values() if actor.kind == "government"}
    colours = {scenario.camps[0]: _NEUTRAL}
    free = [OKABE_ITO[name] for name in _REBEL_ORDER]
    blue_is_free = True
    for camp in scenario.camps[1:]:
        if camp in governing and blue_is_free:
            colours[camp], blue_is_free = OKABE_ITO["blue"], False
        else:
            colours[camp] = free.pop(0)
    return colours


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """A colour mixed with white: 1 is the colour, 0 white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1.0 - strength * (1.0 - part) for part in to_rgb(colour))
    return red, green, blue


def readable(name: str) -> str:
    """A name of the scenario as words: ``village_militia`` as ``village militia``."""
    return name.replace("_", " ")


def line_colour(colour: str) -> str:
    """The colour itself, or a darker one where a line of it would be lost on white paper."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = to_rgb(colour)
    if 0.2126 * red + 0.7152 * green + 0.0722 * blue < _PALE:
        return colour
    return to_hex((0.78 * red, 0.78 * green, 0.78 * blue))


def relative_luminance(colour: Colour) -> float:
    """How light a colour is to the eye, from 0 (black) to 1 (white): WCAG 2.2, of linear sRGB."""
    from matplotlib.colors import to_rgb

    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(colour: Colour) -> str:
    """Black or white, whichever stands out more on a colour."""
    light = relative_luminance(colour) + 0.05  # contrasts are (lighter + 0.05) / (darker + 0.05)
    return "black" if light / 0.05 >= 1.05 / light else "white"


def replicates_of(count: int) -> str:
    """``1 replicate``, ``4 replicates``."""
    return f"{count:,} replicate{'s' if count != 1 else ''}"


def provenance(run: Run) -> str:
    """What a reader needs to make the figure again: scenario, seed, replicates, version."""
    version = run.manifest.get("versions", {}).get("sahelsim") or "unknown version"
    name, count = run.manifest["scenario"], replicates_of(run.replicates)
    return f"{name} · seed {run.seed} · {count} · sahelsim {version}"


def new_figure(
    run: Run | str,
    title: str,
    height: float,
    *,
    notes: Sequence[str] = (),
    keys: Sequence[Artist] = (),
    width: float = WIDTH,
) -> Figure:
    """An empty figure with a title at the top, notes and provenance in the bottom corners, and room in between.

    Parameters
    ----------
    run : Run or str
        For the provenance, or the provenance itself.
    title : str
        What the figure shows.
    height, width : float
        Inches.
    notes : sequence of str
        Sentences on what is drawn: units, what the bands are, what is left out.
    keys : sequence of Artist
        Handles of a legend for the whole figure, in a line under the title.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    lines = textwrap.wrap(" ".join(notes), int(NOTE_CHARACTERS * width / WIDTH))
    foot = 0.14 + NOTE_LINE * (len(lines) + 1)
    figure = Figure(figsize=(width, height), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    left, head = 0.06 / width, _HEAD + (_KEYS if keys else 0.0)
    figure.set_layout_engine(
        ConstrainedLayoutEngine(
            h_pad=0.045, w_pad=0.03, rect=(left, foot / height, 1 - 2 * left, 1 - (foot + head) / height)
        )
    )
    figure.text(left, 1 - 0.07 / height, title, ha="left", va="top", fontsize=9, fontweight="bold", color=INK)
    for number, line in enumerate(lines):
        y = (0.05 + NOTE_LINE * (len(lines) - number)) / height
        figure.text(left, y, line, ha="left", va="bottom", fontsize=TINY, color=INK)
    y = 0.045 / height
    origin = run if isinstance(run, str) else provenance(run)
    figure.text(left, y, origin, ha="left", va="bottom", fontsize=TINY, color="#666666")
    figure.text(1 - left, y, DISCLAIMER, ha="right", va="bottom", fontsize=TINY, color="#666666", style="italic")
    if keys:
        add_legend(
            figure, keys, loc="upper left", ncols=len(keys), borderaxespad=0, bbox_to_anchor=(left, 1 - _HEAD / height)
        )
    return figure


def dress(axes: Axes, *, title: str = "", x: str = "", y: str = "", framed: bool = False) -> None:
    """Title, axis labels, ticks and spines of one panel; `framed` keeps all four sides, as maps have."""
    axes.set_title(title, loc="left", fontsize=TEXT, fontweight="bold", color=INK, pad=3)
    axes.set_xlabel(x, fontsize=SMALL, color=INK, labelpad=2)
    axes.set_ylabel(y, fontsize=SMALL, color=INK, labelpad=2)
    axes.tick_params(which="both", labelsize=SMALL, length=2.2, width=0.5, color=INK, labelcolor=INK, pad=1.5)
    for side, spine in axes.spines.items():
        spine.set_linewidth(0.5)
        spine.set_color(INK)
        spine.set_visible(framed or side in ("left", "bottom"))


def add_legend(target: Figure | Axes, handles: Sequence[Artist], **options: Any) -> Legend:
    """A legend without frame in the house sizes; `options` go to matplotlib."""
    settings: dict[str, Any] = {
        "frameon": False,
        "fontsize": SMALL,
        "title_fontsize": SMALL,
        "handlelength": 1.4,
        "handletextpad": 0.5,
        "columnspacing": 1.2,
        "borderpad": 0.2,
        "alignment": "left",
    }
    return target.legend(handles=list(handles), **(settings | options))
