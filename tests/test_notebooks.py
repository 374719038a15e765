"""The notebooks run from top to bottom, in a kernel of their own, away from network and user settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():  # the notebook libraries warn about each other on import
    warnings.simplefilter("ignore")
    jupytext = pytest.importorskip("jupytext")
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.py"))
SECONDS = 420  # for a cell; alone on two cores the whole takes a tenth of it

_EXECUTE = """
import sys
import jupytext, nbclient, nbformat
source, target, folder, seconds = sys.argv[1:]
notebook = jupytext.read(source)
client = nbclient.NotebookClient(
    notebook, timeout=int(seconds), kernel_name=notebook.metadata.kernelspec.name,
    resources={"metadata": {"path": folder}},
)
try:
    client.execute()
except nbclient.exceptions.CellExecutionError as error:
    sys.exit(str(error))
nbformat.write(notebook, target)
"""


def surroundings(folder):
    """A clean Jupyter under `folder`, whose kernel `python3` is this interpreter."""
    kernel = folder / "share" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    words = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": words, "display_name": "Python 3", "language": "python"}))
    return os.environ | {
        "JUPYTER_PATH": str(folder / "share"),
        "JUPYTER_DATA_DIR": str(folder / "share"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def test_there_is_a_first_notebook():
    assert [path.name for path in NOTEBOOKS][:1] == ["01_first_steps.py"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_a_text_notebook_without_outputs(path):
    notebook = jupytext.read(path)
    assert notebook.metadata.kernelspec.name == "python3"
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds[0] == "markdown"
    assert {"markdown", "code"} == set(kinds)
    assert not list(FOLDER.glob("*.ipynb"))
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert code.count("assert ") >= 5  # it checks what it says


@pytest.mark.jit_only
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    target = tmp_path / "executed.ipynb"
    done = subprocess.run(
        [sys.executable, "-c", _EXECUTE, str(path), str(target), str(work), str(SECONDS)],
        capture_output=True,
        text=True,
        env=surroundings(tmp_path),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    notebook = nbformat.read(target, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    complaints = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert complaints == []  # no warnings
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3
    assert list(work.iterdir()) == []  # it leaves nothing behind
