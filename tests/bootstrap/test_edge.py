"""What the settings say of the edge reaches it."""

from __future__ import annotations

import random

import pytest

from hongmao.bootstrap.edge import make_jump
from hongmao.bootstrap.metered import MeteredMinter
from hongmao.bootstrap.settings import Settings, SettingUnreadable
from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import MINUTE_MS
from hongmao.links.api import Invalid, KeyRing, LinkTable, TokenMinter, load
from hongmao.telemetry import names
from hongmao.telemetry.live import LiveMeter
from hongmao.telemetry.parts import EdgeMeter
from hongmao.web.edge.hot.limits import Limits, read_limits
from links.factories import MemoryLinks, MemoryLog, link

NOON = 1_746_590_400_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAPS", "ip=600"),
        ("CAPS", "everybody=1/1"),
        ("TAP_DEDUPE", "link;10s"),
        ("TAP_DEDUPE", "reader;1h"),
        ("TRUST", "nginx"),
        ("TRUST", "10.0.0.1/8"),
        ("LAG_MS_MAX", "0"),
        ("LAG_MS_MAX", "9"),
        ("LAG_MS_MAX", "60001"),
        ("LAG_MS_MAX", "half a second"),
        ("LIMITS", "connections=15"),
        ("LIMITS", "connections=65537"),
        ("LIMITS", "head=0"),
        ("LIMITS", "body=601"),
        ("LIMITS", "body=10,body=10"),
        ("LIMITS", "linger=1"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingUnreadable) as caught:
        Settings.read({f"HONGMAO_{name}": value})
    assert f"HONGMAO_{name}" in caught.value.message("zh")
    assert value in caught.value.message("en")


def test_limits_that_are_not_named_keep_their_defaults() -> None:
    assert read_limits("", "") == Limits()
    assert read_limits(" head=2 , connections=100", "250") == Limits(head_s=2, connections=100, lag_ms=250)
    assert Settings.read({"HONGMAO_TRUST": "127.0.0.1, fd00::/8"}).trusted == ("127.0.0.1/32", "fd00::/8")


def series(meter: LiveMeter, metric: names.Metric) -> dict[tuple[str, ...], object]:
    (found,) = (reading for reading in meter.readings() if reading.metric is metric)
    return dict(found.series)


def test_caps_and_the_key_of_repeats_are_those_of_the_settings_and_what_is_marked_is_counted() -> None:
    settings = Settings.read({"HONGMAO_CAPS": "device=1/60,shown_device=2/60", "HONGMAO_TAP_DEDUPE": "reader;1m"})
    meter, clock = LiveMeter(), SetClock(NOON)
    minter = TokenMinter(KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), clock, random.Random(5))
    jump = make_jump(
        LinkTable(MemoryLinks(link()), clock),
        minter,
        MemoryLog(),
        load(),
        settings=settings,
        closed=frozenset({"jd"}),
        counted=EdgeMeter(meter),
    )
    parts = jump.parts
    assert parts.closed == {"jd"}
    assert series(meter, names.CAPS_MARKED) == dict.fromkeys(
        ((cap, kind) for cap in ("cap_ip", "cap_device", "cap_link") for kind in ("tap", "impression")), 0
    )
    assert [parts.caps.tapped("r-lin", None, "link-1", NOON) for _ in range(3)] == [None, *[Invalid.CAP_DEVICE] * 2]
    parts.caps.shown("r-lin", None, NOON, 5)
    marked = series(meter, names.CAPS_MARKED)
    assert (marked["cap_device", "tap"], marked["cap_device", "impression"]) == (2, 3)
    tap = parts.taps.tap_of("link-1", "imp-1", "r-lin", None)
    assert tap == ("r-lin",)
    assert not parts.taps.repeats(tap, NOON)
    assert parts.taps.repeats(tap, NOON + MINUTE_MS - 1)


def test_a_token_of_another_deployment_is_counted_by_its_reason() -> None:
    meter, clock = LiveMeter(), SetClock(NOON)
    ours = MeteredMinter(
        KeyRing(1, {1: b"a key of thirty-two bytes, agreed"}), clock, random.Random(5), EdgeMeter(meter)
    )
    for number, key in ((1, b"a key of another deployment, agreed"), (2, b"and one with another number, agreed")):
        ours.verify(TokenMinter(KeyRing(number, {number: key}), clock, random.Random(5)).mint(), now_ms=NOON)
    ours.verify("no token", now_ms=NOON)
    ours.verify(ours.mint(), now_ms=NOON)
    told = {labels[0]: value for labels, value in series(meter, names.TOKEN_REJECTS).items() if value}
    assert told == {"forged": 1, "unknown_key": 1, "malformed": 1}
