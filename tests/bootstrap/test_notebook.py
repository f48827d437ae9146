"""The notebook of the guide says today what it said when it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOK = ROOT / "docs" / "guides" / "attribution.ipynb"


def said(notebook: Any) -> list[list[str]]:
    """List what each cell of code printed."""
    return [
        [output["text"] if output["output_type"] == "stream" else str(output) for output in cell["outputs"]]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


@pytest.mark.slow
# The kernel speaks to this process over the loopback, unencrypted, and says so in words that may change.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning", "ignore::UserWarning")
def test_the_notebook_runs_again_with_the_same_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    written = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    again = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    for cell in again["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    NotebookClient(
        again,
        timeout=500,
        startup_timeout=500,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    ).execute()
    assert said(again) == said(written)
    assert sum(map(len, said(written))) >= 7


def test_the_notebook_names_no_machine_and_holds_no_error() -> None:
    text = NOTEBOOK.read_text("utf-8")
    assert '"output_type": "error"' not in text
    assert '"/home/' not in text
    assert str(ROOT) not in text
