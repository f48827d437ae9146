"""What is installed is what is written down: the lock files follow the manifests."""

from __future__ import annotations

import json
import re
import tomllib

from shared import ROOT


def test_the_python_lock_follows_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    ours = next(package for package in lock["package"] if package["name"] == "hongmao")["metadata"]
    asked = {re.sub(r"\s", "", text) for text in project["project"]["dependencies"]}
    asked |= {text for extra in project["project"].get("optional-dependencies", {}).values() for text in extra}
    locked = {_requirement(entry) for entry in ours["requires-dist"]}
    assert locked == asked, "run uv lock"
    for group, wanted in project["dependency-groups"].items():
        assert {_requirement(entry) for entry in ours["requires-dev"][group]} == set(wanted), "run uv lock"
    # The distributions of this repository are locked with it, each by where it stands.
    members = project["tool"]["uv"]["workspace"]["members"]
    stand = {package["source"].get("editable") for package in lock["package"]}
    assert set(members) <= stand, "run uv lock"


def _requirement(entry: dict[str, object]) -> str:
    extras = entry.get("extras")
    chosen = f"[{','.join(extras)}]" if isinstance(extras, list) else ""
    return f"{entry['name']}{chosen}{entry.get('specifier', '')}"


def test_what_the_browser_loads_is_pinned_exactly() -> None:
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    pinned = {**manifest["dependencies"], **manifest["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned.values())
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in pinned} == pinned
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
