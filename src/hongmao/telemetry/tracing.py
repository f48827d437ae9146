"""The port of traces: one click's way from the jump to the statement, told by each room alone.

Nothing travels with the event. A trace's id is made of the click's event id, a span's of the click, the stage and a key,
so rooms in different processes, days apart, tell spans of one trace without knowing of each other; what is told twice has
the same id twice. Whether a click is told of is decided by its id too, hence alike everywhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping  # noqa: TC003 - the dataclass below is read at run time by its users
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

CLICK_PREFIX: Final = "clk:"  # what the event id of a component click begins with
_TRACE_BYTES, _SPAN_BYTES = 16, 8
_BELOW: Final = 1 << 64


class Stage(StrEnum):
    """What a click goes through, in this order; not every click goes all the way."""

    JUMP = "jump"  # 跳转: the tap, from the token's minting until it is handed to the log
    COMMIT = "commit"  # until it is durable
    SINK = "sink"  # absorbed by the lake
    CHARGE = "charge"  # 计费: charged, or found to cost nothing
    POST = "post"  # 记账: in the ledger
    RETURN = "return"  # 回传: a shop told of what followed, by this click's id
    CREDIT = "credit"  # 归因: published credits name it
    STATEMENT = "statement"  # 账单: drawn up with it


# Whose child a span is; everything else is the jump's.
_PARENTS: Final[Mapping[Stage, Stage | None]] = {Stage.JUMP: None, Stage.POST: Stage.CHARGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stage of one click. `key` tells apart what happens more than once; `facts` name no reader, token or order."""

    click: str
    stage: Stage
    began_ns: int
    ended_ns: int
    key: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def trace_id(self) -> int:
        """Give 128 bits, the same for every stage of a click."""
        return trace_id(self.click)

    @property
    def span_id(self) -> int:
        """Give 64 bits, the same whenever this stage is told."""
        return _span_id(self.click, self.stage, self.key)

    @property
    def parent_id(self) -> int | None:
        """Give the span that this one hangs below; None for the jump."""
        parent = _PARENTS.get(self.stage, Stage.JUMP)
        return None if parent is None else _span_id(self.click, parent, "")


class Tracer(Protocol):
    """Where spans go. Calls may come from any thread and never wait."""

    def wants(self, click: str) -> bool:
        """Tell whether this click, by its event id, is one that is told of."""
        ...

    def tell(self, span: Span) -> None:
        """Hand a span on."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


class _NoTracer:
    """Tells nothing."""

    __slots__ = ()

    def wants(self, click: str) -> bool:  # noqa: ARG002 - the port's words
        """Say no."""
        return False

    def tell(self, span: Span) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


NO_TRACER: Final[Tracer] = _NoTracer()


@dataclass(frozen=True, slots=True)
class TraceTarget:
    """Where traces are sent, and of which share of clicks."""

    url: str
    ratio: float


def trace_id(click: str) -> int:
    """Make the trace's id of a click's event id; never zero, which would mean none."""
    return _hash(click.encode(), _TRACE_BYTES, b"trace")


def chosen(click: str, ratio: float) -> bool:
    """Tell whether a click belongs to a share: by the low 64 bits of its trace id, as other tracers choose."""
    return trace_id(click) % _BELOW < round(ratio * _BELOW)


def read_target(text: str) -> TraceTarget | None:
    """Read `http://host:4318/v1/traces?ratio=0.01`; None for what is no such address. Without a ratio, every click."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    if not usable or parts.fragment or "@" in parts.netloc:
        return None
    options = parse_qsl(parts.query, keep_blank_values=True)
    if [name for name, _ in options] not in ([], ["ratio"]):
        return None
    share = dict(options).get("ratio", "1")
    if re.fullmatch(r"[01](\.\d{1,9})?", share) is None or not 0 < float(share) <= 1:
        return None
    return TraceTarget(parts._replace(query="").geturl(), float(share))


def _span_id(click: str, stage: Stage, key: str) -> int:
    return _hash(f"{click}\0{stage}\0{key}".encode(), _SPAN_BYTES, b"span")


def _hash(words: bytes, size: int, purpose: bytes) -> int:
    found = hashlib.blake2b(words, digest_size=size, person=b"hongmao " + purpose).digest()
    return int.from_bytes(found, "big") or 1
