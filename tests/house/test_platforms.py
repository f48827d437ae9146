"""A platform's folder has one shape, and its gateway is really the other side: it shares no line with the client it judges.

A signature that is checked by the code that made it proves nothing. So a gateway may import the kernel, the sandbox's
market and its own folder, and a client nothing of a gateway; only `platform.py` knows both.
"""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hongmao.platforms.registry import GROUP, load_platforms
from house.reading import SOURCE, imports
from shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.platforms.api import Platform

PLATFORMS = SOURCE / "hongmao" / "platforms"
PLUGIN = ROOT / "examples" / "shopx" / "src" / "hongmao_shopx"
SHOP = "hongmao.platforms.sandbox.shop"
NEUTRAL = ("hongmao.kernel", SHOP, "hongmao.platforms.gateways")
OURS = ("hongmao", "hongmao_shopx", "hongmao_contracts")
# What the author's door hands on of the neutral ones; the rest of it is the client's.
HANDED_ON = {name.rpartition(".")[2] for _, name in imports(PLATFORMS / "api.py") if name.startswith(NEUTRAL)}
FOLDERS = [*sorted(path.parent for path in PLATFORMS.glob("*/platform.py")), PLUGIN]
# Its targets are several media, each with a folder of its own shape; the sandbox's other side is a whole shop.
OTHER_SHAPES = {"media": ("juguang", "oceanengine", "tencent", "meta", "tiktok")}


def name_of(path: Path) -> str:
    """Give the import name of a file or folder of ours."""
    root = PLUGIN.parent if PLUGIN in (path, *path.parents) else SOURCE
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def other_side(folder: Path) -> Path:
    """Give the folder of a platform's other side."""
    return folder / ("shop" if folder.name == "sandbox" else "gateway")


def is_neutral(imported: str, gateway: str) -> bool:
    """Tell whether a gateway may import a name."""
    if imported.partition(".")[0] not in OURS:
        return True
    if imported.startswith("hongmao.platforms.api."):
        return imported.rpartition(".")[2] in HANDED_ON
    return f"{imported}.".startswith(tuple(f"{door}." for door in (*NEUTRAL, gateway)))


def within(folder: Path) -> Iterator[tuple[str, str]]:
    """Give place and name of everything that a folder's files import."""
    for path in sorted(folder.rglob("*.py")):
        yield from ((f"{name_of(path)}:{line}", name) for line, name in imports(path))


def folder_of(platform: Platform) -> Path:
    """Find where a registered platform lives."""
    [module] = {entry.module for entry in entry_points(group=GROUP) if entry.name == platform.name}
    return Path(str(importlib.import_module(module).__file__)).parent


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_gateway_shares_no_code_with_its_client(folder: Path) -> None:
    gateway = other_side(folder)
    found = list(within(gateway))
    assert found, "a platform without its other side cannot be rehearsed"
    assert [f"{place} imports {name}" for place, name in found if not is_neutral(name, name_of(gateway))] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_client_knows_nothing_of_a_gateway(folder: Path) -> None:
    gateway = other_side(folder)
    reaching = [
        f"{name_of(path)}:{line} imports {name}"
        for path in sorted(folder.rglob("*.py"))
        if gateway not in path.parents and path.name != "platform.py" and path != PLUGIN / "__init__.py"
        for line, name in imports(path)
        if f"{name}.".startswith((f"{name_of(gateway)}.", f"{SHOP}."))
    ]
    assert reaching == []


@pytest.mark.parametrize(
    ("imported", "allowed"),
    [
        ("hashlib.md5", True),
        ("starlette.routing.Route", True),
        ("hongmao.kernel.time.Window", True),
        ("hongmao.platforms.sandbox.shop.gate", True),
        ("hongmao.platforms.gateways.Gateway", True),
        ("hongmao.platforms.jd.gateway.proof.BEIJING", True),
        ("hongmao.platforms.api.Market", True),
        ("hongmao.platforms.api.Window", True),
        ("hongmao.platforms.api.Fields", False),
        ("hongmao.platforms.api.json_fields", False),
        ("hongmao.platforms.api.Row", False),
        ("hongmao.platforms.fields.version_of", False),
        ("hongmao.platforms.jd.signing.jos_signature", False),
        ("hongmao.platforms.jd.client", False),
        ("hongmao.platforms.jd.gateway_helpers", False),
        ("hongmao.platforms.sandbox.signing.sign", False),
        ("hongmao.platforms.pdd.gateway.proof", False),
        ("hongmao.returns.contracts.Row", False),
    ],
)
def test_what_a_gateway_may_import(imported: str, allowed: bool) -> None:  # noqa: FBT001 - a row of the table
    assert is_neutral(imported, "hongmao.platforms.jd.gateway") is allowed


def needed_of(platform: Platform) -> Iterator[str]:
    """List the files that a platform's folder must have, by what the platform has."""
    yield from ("README.md", "samples")
    if platform.name in OTHER_SHAPES:
        folders = OTHER_SHAPES[platform.name]
        yield from (f"{folder}/{name}" for folder in folders for name in ("target.py", "payload.py", "wire.toml"))
        return
    if platform.pulls:
        yield from ("client.py", "mapping.py", "signing.py")
        yield from (f"samples/pull-{source.name}.json" for source in platform.pulls)
    if platform.webhook is not None:
        yield from ("connector.py", "mapping.py", "signing.py", "samples/webhook.json")
    if platform.links is not None:
        yield from ("links.py", "samples/link.json")
    if platform.grants is not None:
        yield from ("grants.py", "samples/grant.json")
    for part in ("scores", "goods", "shelf"):
        if getattr(platform, part) is not None:
            yield from (f"{part}.py", f"samples/{part}.json")
    if platform.files:
        yield "files.py"
        yield from (f"samples/file-{file.name}.{end}" for file in platform.files for end in ("csv", "json"))
    if platform.targets:
        yield "targets.py"
        yield from (f"samples/target-{target.name}.json" for target in platform.targets)


@pytest.mark.parametrize("name", sorted(load_platforms()))
def test_a_platforms_folder_has_one_shape(name: str) -> None:
    platform = load_platforms()[name]
    folder = folder_of(platform)
    assert [file for file in needed_of(platform) if not (folder / file).exists()] == []
    assert other_side(folder).is_dir()


def test_every_folder_of_a_platform_is_registered() -> None:
    assert {folder_of(platform) for platform in load_platforms().values()} == set(FOLDERS)
