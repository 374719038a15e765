"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelsim.errors import BadInput

__all__ = [
    "Cores",
    "Formats",
    "Json",
    "Overrides",
    "Patterns",
    "Quiet",
    "RunFolder",
    "ScenarioName",
    "Seed",
    "Settings",
]


def _known_scenarios(incomplete: str) -> list[str]:
    """For shell completion: the shipped scenarios, and YAML files here."""
    from sahelsim.scenario.shipped import shipped_scenarios

    here = sorted(str(path) for path in Path().glob("*.yaml"))
    return [name for name in [*shipped_scenarios(), *here] if name.startswith(incomplete)]


def _writable(formats: list[str] | None) -> list[str] | None:
    """The formats of figures, if all of them can be written."""
    if formats:
        from sahelsim.plot.save import check_formats

        try:
            check_formats(formats)
        except BadInput as error:
            raise BadInput(error.message, path="--format") from None
    return formats


ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="A YAML file, or the name of a shipped scenario.", autocompletion=_known_scenarios
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", "-S", metavar="PATH=VALUE", help="Change one value, e.g. mechanisms.truce.enabled=false."),
]
Overrides = Annotated[
    list[str] | None, typer.Option("--override", metavar="NAME", help="Apply a named override of the scenario.")
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")]
Seed = Annotated[int | None, typer.Option(metavar="N", min=0, max=2**63 - 1, help="Seed, instead of the scenario's.")]
Cores = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processes; the results are the same.", show_default="cores")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Directory of a run.")]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format", metavar="FORMAT", help="png, pdf or svg; may be repeated.", show_default="png", callback=_writable
    ),
]
Patterns = Annotated[
    Path | None,
    typer.Option("--patterns", metavar="FILE", help="Patterns to score against.", show_default="the project's own"),
]
