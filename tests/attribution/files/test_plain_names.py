from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from hongmao.cli.attribute import attribute

if TYPE_CHECKING:
    from pathlib import Path


def test_columns_called_what_they_are_need_no_map(tmp_path: Path) -> None:
    (tmp_path / "touches.csv").write_text("reader,time,key\na,1000,note-1\na,1300,note-2\n")
    (tmp_path / "conversions.csv").write_text("reader,time\na,2000\n")
    paths = [str(tmp_path / "touches.csv"), str(tmp_path / "conversions.csv")]
    done = CliRunner().invoke(attribute, [*paths, "--models", "first,last", "--json"])
    assert done.exit_code == 0, done.output
    models = json.loads(done.stdout)["models"]
    assert {name: list(keys) for name, keys in models.items()} == {"first": ["note-1"], "last": ["note-2"]}
