"""The toy workload in mesa-frames (agents as rows of Polars tables).

    PYTHON -m toy_engines.in_mesa_frames AGENTS STEPS        prints seconds a step, median, as JSON

It runs under a Python of its own: mesa-frames 0.1.0a0, the release on PyPI, asks for NumPy 1.26, and the engine for
NumPy 2. It does not ask for Mesa.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, GridPolars, ModelDF

from toy_engines.workload import ATTACHMENT, GROUPS, PULL, WIDTH

_STEPS = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)])


class Wanderers(AgentSetPolars):  # type: ignore[misc]
    """All agents."""

    def __init__(self, model: ModelDF, agents: int) -> None:
        super().__init__(model)
        self.add(pl.DataFrame({"unique_id": np.arange(agents), "group": model.random.integers(0, GROUPS, agents)}))

    def step(self) -> None:
        """Move and meet."""
        self.move()
        self.meet()

    def move(self) -> None:
        """Everybody goes to a random cell around."""
        space = self.model.space
        by = _STEPS[self.random.integers(0, 8, len(self))]
        to = space.agents.select(
            dim_0=(pl.col("dim_0") + pl.Series(by[:, 0])) % WIDTH, dim_1=(pl.col("dim_1") + pl.Series(by[:, 1])) % WIDTH
        )
        space.move_agents(space.agents["agent_id"], to)

    def meet(self) -> None:
        """Everybody meets one other in the cell and may take over its group."""
        n = len(self)
        here = (
            self.model.space.agents.join(self.agents, left_on="agent_id", right_on="unique_id")
            .with_columns(u=self.random.random(n), v=self.random.random(n))
            .with_columns(
                rank=pl.int_range(pl.len()).over("dim_0", "dim_1"), size=pl.len().cast(pl.Int64).over("dim_0", "dim_1"),
                same=pl.len().cast(pl.Int64).over("dim_0", "dim_1", "group"),
            )
            .with_columns(met=(pl.col("u") * (pl.col("size") - 1)).cast(pl.Int64))
            .with_columns(met=pl.col("met") + (pl.col("met") >= pl.col("rank")).cast(pl.Int64))
        )  # fmt: skip
        others = here.select("dim_0", "dim_1", met="rank", other="group", theirs="same")
        worth = ATTACHMENT + PULL * (pl.col("theirs") - pl.col("same")) / pl.col("size")
        changed = here.join(others, on=["dim_0", "dim_1", "met"], how="left").select(
            unique_id="agent_id",
            group=pl.when(pl.col("v") < 1.0 / (1.0 + (-worth).exp())).then("other").otherwise("group"),
        )
        self.agents = self.agents.select("unique_id").join(changed, on="unique_id")


class Toy(ModelDF):  # type: ignore[misc]
    """A torus with agents."""

    def __init__(self, agents: int, seed: int) -> None:
        super().__init__(seed=seed)
        self.space = GridPolars(self, [WIDTH, WIDTH], torus=True, neighborhood_type="moore")
        self.agents += Wanderers(self, agents)
        self.space.place_agents(self.agents, self.random.integers(0, WIDTH, (agents, 2)).tolist())

    def step(self) -> None:
        """One step of all agents."""
        self.agents.step()


def main() -> None:
    """Time some steps after one to warm up, and count the groups that changed in the last, for a check."""
    agents, steps = int(sys.argv[1]), int(sys.argv[2])
    model = Toy(agents, 1)
    model.step()
    seconds, changed = [], 0.0
    for _ in range(steps):
        before = model.get_agents_of_type(Wanderers).agents.sort("unique_id")["group"]
        began = time.process_time()
        model.step()
        seconds.append(time.process_time() - began)
        after = model.get_agents_of_type(Wanderers).agents.sort("unique_id")["group"]
        changed = float((before != after).mean())
    print(json.dumps({"seconds": statistics.median(seconds), "changed": changed, "polars": pl.__version__}))


if __name__ == "__main__":
    main()
