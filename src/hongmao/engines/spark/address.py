"""Where Spark runs, as people write it: `spark`, `spark?cores=2&memory=4g`, `spark://host:7077?shared=/mnt/common`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from hongmao.engines.spark.errors import EngineUnknown

SCHEME = "spark"
MEMORY_DEFAULT = "2g"
_MEMORY = re.compile(r"[1-9]\d{0,4}[mg]")
_CORES_MAX = 1_024
_OPTIONS_LOCAL = frozenset({"cores", "memory"})
_OPTIONS_CLUSTER = frozenset({"cores", "memory", "shared", "driver"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Which Spark, and how much of it."""

    master: str
    """As Spark spells it: `local[*]`, `spark://host:7077`."""
    memory: str = MEMORY_DEFAULT
    """Heap of the driver, and of each executor of a cluster. Python workers come on top, bounded by the bucket."""
    cores: int | None = None
    """None for all of them."""
    shared: Path | None = None
    """A folder that driver and executors see under one path; staged files and credits pass through it."""
    driver: str | None = None
    """The name under which executors reach the driver."""

    @property
    def local(self) -> bool:
        """Tell whether everything runs in this machine's own JVM."""
        return self.master.startswith("local")

    @property
    def loopback(self) -> bool:
        """Tell whether nothing ever leaves this machine."""
        return self.local or _is_loopback(urlsplit(self.master).hostname or "")


def names_spark(engine: str) -> bool:
    """Tell whether an engine's name or URL means Spark."""
    return re.match(rf"{SCHEME}($|\?|://)", engine) is not None


def read_address(engine: str) -> Address:
    """Read an engine's URL; raises `EngineUnknown` with what is wrong in it."""
    if not names_spark(engine):
        raise EngineUnknown(place=engine, why="its name is not spark")
    parts = urlsplit(engine)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    cluster = parts.scheme == SCHEME
    unknown = sorted(options.keys() - (_OPTIONS_CLUSTER if cluster else _OPTIONS_LOCAL))
    if unknown:
        raise EngineUnknown(place=engine, why=f"unknown: {', '.join(unknown)}")
    cores = _cores(engine, options.get("cores"))
    return Address(
        master=_master(engine, parts.netloc, parts.path) if cluster else f"local[{cores or '*'}]",
        memory=_memory(engine, options.get("memory", MEMORY_DEFAULT)),
        cores=cores,
        shared=_shared(engine, options.get("shared")),
        driver=options.get("driver") or None,
    )


def _master(engine: str, netloc: str, path: str) -> str:
    # Spark takes several masters of one cluster with commas between.
    places = [re.fullmatch(r"[\w.-]+:(\d{1,5})|\[[0-9a-fA-F:]+\]:(\d{1,5})", one) for one in netloc.split(",")]
    if path not in {"", "/"} or not all(places):
        raise EngineUnknown(place=engine, why="host:port")
    return f"{SCHEME}://{netloc}"


def _cores(engine: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _CORES_MAX):
        raise EngineUnknown(place=engine, why=f"cores={text}")
    return int(text)


def _memory(engine: str, text: str) -> str:
    if _MEMORY.fullmatch(text) is None:
        raise EngineUnknown(place=engine, why=f"memory={text}")
    return text


def _shared(engine: str, text: str | None) -> Path | None:
    if text is None:
        return None
    if not Path(text).is_absolute():
        raise EngineUnknown(place=engine, why=f"shared={text}")
    return Path(text)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
