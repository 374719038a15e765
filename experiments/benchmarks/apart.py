"""Running a measurement in a process of its own, and facts of the machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def apart(module: str, call: str) -> Any:
    """What `module.call` returns in a fresh process with one thread; numbers, texts, lists and mappings only."""
    path = os.pathsep.join([str(HERE), str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", f"import json, {module}; print(json.dumps({module}.{call}))"],
        cwd=HERE, env={**os.environ, **ONE_THREAD, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def machine() -> dict[str, str]:
    """Facts of the machine, and how many processes wanted its cores at the end of the measurement."""
    import numba
    import numpy as np

    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((x.split(":")[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")), cpu)
    return {"cpu": cpu, "cores": str(os.cpu_count()), "python": platform.python_version(), "numpy": np.__version__,
            "numba": numba.__version__, "load": f"{os.getloadavg()[0]:.0f}"}  # fmt: skip
