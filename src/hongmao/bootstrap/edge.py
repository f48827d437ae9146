"""The edge as the settings want it: what taps are judged by, whose word on who asks is believed, how much it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.links.api import CapLimits, Caps, Invalid, Jump, Taps, read_caps, read_dedupe
from hongmao.web.edge.hot.gate import HotGate
from hongmao.web.edge.hot.limits import read_limits
from hongmao.web.edge.origin import Origins, read_trust

if TYPE_CHECKING:
    from hongmao.bootstrap.settings import Settings
    from hongmao.events.api import EventLog
    from hongmao.links.api import LinkTable, TokenMinter, WakeUp
    from hongmao.telemetry.parts import EdgeMeter
    from hongmao.web.app import Cookies
    from hongmao.web.edge.app import EdgeApp
    from hongmao.web.services import Services


def make_jump(
    table: LinkTable,
    minter: TokenMinter,
    log: EventLog,
    wakeup: WakeUp,
    *,
    settings: Settings,
    closed: frozenset[str],
    counted: EdgeMeter,
) -> Jump:
    """Make the jump, with its memory of taps and its caps. `closed` are the platforms whose pilot is not open here."""
    counted.caps_from_zero((Invalid.CAP_IP.value, Invalid.CAP_DEVICE.value, Invalid.CAP_LINK.value))
    return Jump(
        table,
        minter,
        log,
        wakeup,
        taps=Taps(read_dedupe(settings.tap_dedupe)),
        caps=Caps(read_caps(settings.caps) or CapLimits(), counted),
        closed=closed,
    )


def make_edge(
    services: Services, cookies: Cookies, *, settings: Settings, counted: EdgeMeter
) -> tuple[EdgeApp, HotGate]:
    """Make the app, and the gate that stands before it on each line."""
    from hongmao.web.app import create_app  # noqa: PLC0415 - an edge alone has no pages

    limits = read_limits(settings.limits, settings.lag_ms_max)
    edge = create_app(services, cookies, Origins(read_trust(settings.trust) or ()), limits)
    return edge, HotGate(edge, limits, counted)
