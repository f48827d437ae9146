"""What holds for every platform: its name, its doors, its README, and a gateway that proves the client instead of echoing it."""

from __future__ import annotations

import ast
import re
from functools import partial
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hongmao_contracts.finding import package_of
from hongmao_contracts.promises import Check, broken, demand, demand_none
from hongmao_contracts.samples import beside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from hongmao_contracts.finding import Found

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_WORDS: Final = ("certain", "second-hand")


def says_its_name(found: Found) -> None:
    """Its name is small letters and digits, and both languages have a word for it."""
    platform = found.platform
    demand(_NAME.fullmatch(platform.name), f"{platform.name!r} is no name")
    demand(platform.zh.strip() and platform.en.strip(), "zh and en are what people read: neither is empty")


def names_its_doors(found: Found) -> None:
    """Hosts are bare and prefixes whole, sources are named once, and the connector speaks for this very platform."""
    platform = found.platform
    faults = [f"{host!r} is no bare host" for host in platform.hosts if _HOST.fullmatch(host) is None]
    faults += [f"{prefix!r} is neither an origin nor a scheme" for prefix in platform.link_prefixes if _vague(prefix)]
    for what in ("pulls", "files", "targets"):
        names = [one.name for one in getattr(platform, what)]
        faults += [f"two of {what} are named {name}" for name in sorted(set(names)) if names.count(name) > 1]
    if platform.webhook is not None and platform.webhook.platform != platform.name:
        faults.append(f"the connector speaks for {platform.webhook.platform!r}")
    if platform.links is not None and not platform.link_prefixes:
        faults.append("it makes links, and link_prefixes lets them lead nowhere")
    demand_none(faults)


def tells_what_is_certain(found: Found) -> None:
    """Its README has a table that says what is certain and what is second-hand."""
    readme = beside(found, "README.md")
    if not readme.is_file():
        broken(f"write README.md beside {found.module}")
    table = "\n".join(line for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith("|"))
    lacking = [word for word in _WORDS if word not in table.lower()]
    demand(not lacking, f"no table of README.md has the words: {', '.join(lacking)}")


def shares_no_code_with_its_gateway(found: Found) -> None:
    """The gateway imports nothing of the platform's own folder but itself, so that each can prove the other wrong."""
    gateway = found.platform.gateway
    module = getattr(gateway, "__module__", "") or type(gateway).__module__
    own, home = package_of(module), package_of(found.module)
    sources = list(_sources(module, own, home))
    demand_none(
        [
            f"{name} imports {imported}"
            for name, source in sources
            for imported in _imports(source, own)
            if _below(imported, home) and not _below(imported, own if own != home else module)
        ],
        of=len(sources),
    )


def of(found: Found) -> Iterator[Check]:
    """List the checks."""
    checks = [says_its_name, names_its_doors, tells_what_is_certain]
    if found.platform.gateway is not None:
        checks.append(shares_no_code_with_its_gateway)
    for check in checks:
        yield Check(f"platform.{check.__name__}", partial(check, found), (check.__doc__ or "").partition("\n")[0])


def _vague(prefix: str) -> bool:
    parts = urlsplit(prefix)
    return not parts.scheme or "://" not in prefix or (parts.scheme in ("http", "https") and not parts.hostname)


def _sources(module: str, own: str, home: str) -> Iterator[tuple[str, str]]:
    if own == home:  # the gateway is one module among the platform's
        path = getattr(import_module(module), "__file__", None)
        name = f"{module.rpartition('.')[2]}.py"
        yield name, (files(own) / (str(path).replace("\\", "/").rpartition("/")[2])).read_text(encoding="utf-8")
        return
    yield from _texts(files(own), "")


def _texts(folder: Traversable, below: str) -> Iterator[tuple[str, str]]:
    for one in sorted(folder.iterdir(), key=lambda path: path.name):
        if one.is_dir():
            yield from _texts(one, f"{below}{one.name}/")
        elif one.name.endswith(".py"):
            yield f"{below}{one.name}", one.read_text(encoding="utf-8")


def _imports(source: str, own: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    part for part in (*own.split(".")[: len(own.split(".")) - node.level + 1], base) if part
                )
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
