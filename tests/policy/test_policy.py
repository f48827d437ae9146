"""Where the sale is made: by preset for the deployment, by choice for a product, and in which phase of the year."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import NotAllowed, Role
from hongmao.definitions.api import TomlRefused
from hongmao.kernel.ids import TenantId
from hongmao.policy.api import Gate, Policy, PresetClosed, Route
from hongmao.policy.errors import (
    CalendarBroken,
    PolicyWordMissing,
    PresetUnknown,
    RouteUnknown,
    RouteValueWrong,
    SpuUnknown,
)
from hongmao.policy.loading import calendars, presets, read_calendar
from hongmao.storage.policy import SqlPolicyStore
from shared import ROOT as TREE
from storage.opened import ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.catalog.api import Principal

T1 = TenantId("t1")
OUTSIDE = ("taobao", "tmall", "jd", "pdd", "vip", "sandbox")
CALENDAR = (TREE / "src/hongmao/policy/files/calendars/2025_618.v1.toml").read_text("utf-8")


@contextmanager
def policy(engine: str = "sqlite") -> Iterator[tuple[Policy, Principal, House]]:
    with house(engine) as around:
        mei = around.tenant("t1")
        merchant = around.catalog.add_merchant(mei, name="商家", id="m-1").id
        shop = around.catalog.add_shop(
            mei, merchant=merchant, platform="taobao", platform_shop_id="1", name="店", home_url="https://a.example/"
        ).id
        for number in (7, 8):
            around.catalog.add_item(
                mei, shop=shop, spu=f"spu-{number}", platform_item_id=str(number), title="防晒", price_fen=1,
                url="https://a.example/1",
            )  # fmt: skip
        yield Policy(SqlPolicyStore(around.database), around.catalog, around.clock), mei, around


def test_article_row_42_closed_serves_no_link_outside_and_the_community_s_own_shops_still() -> None:
    with policy() as (desk, _, _):
        assert [desk.closed(T1, platform, "spu-7") for platform in OUTSIDE] == [None] * len(OUTSIDE)
        desk.set_preset(ROOT, "closed", why="闭环")
        for platform, spu in itertools.product(OUTSIDE, ("spu-7", None)):
            assert desk.closed(T1, platform, spu) == "preset_closed"
        assert desk.closed(T1, "xhs", "spu-7") is None


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_article_row_9_the_owner_sees_both_values_picks_and_the_choice_is_kept(engine: str) -> None:
    with policy(engine) as (desk, mei, around):
        desk.set_preset(ROOT, "mixed", why="两条路都走")
        assert desk.closed(T1, "taobao", "spu-7") == "route_not_chosen"
        first = desk.choose(mei, "spu-7", "external", why="新客比毛利重要", in_site_fen=1_200, external_fen=900)
        assert (first.better, first.route) == (Route.IN_SITE, Route.EXTERNAL)
        around.clock.advance(1)
        second = desk.choose(mei, "spu-7", "in_site", why="算了", in_site_fen=1_200, external_fen=None)
        assert desk.choices(mei, "spu-7") == [first, second]
        assert (second.number, second.better, second.external_fen) == (2, None, None)
        assert [desk.closed(T1, "taobao", spu) for spu in ("spu-7", "spu-8", None)] == [
            "route_in_site",
            "route_not_chosen",
            "route_not_chosen",
        ]
        # Somebody else's product of the same number is somebody else's.
        assert desk.closed(TenantId("t2"), "taobao", "spu-7") == "route_not_chosen"


PRESETS = {
    ("open", None): None,
    ("open", Route.IN_SITE): "route_in_site",
    ("open", Route.EXTERNAL): None,
    ("open", Route.BOTH): None,
    ("mixed", None): "route_not_chosen",
    ("mixed", Route.IN_SITE): "route_in_site",
    ("mixed", Route.EXTERNAL): None,
    ("mixed", Route.BOTH): None,
    ("closed", None): "preset_closed",
    ("closed", Route.IN_SITE): "preset_closed",
    ("closed", Route.EXTERNAL): "preset_closed",
    ("closed", Route.BOTH): "preset_closed",
}


@pytest.mark.parametrize(("preset", "route"), PRESETS)
def test_every_preset_with_every_choice(preset: str, route: Route | None) -> None:
    gate = Gate(presets()[preset], {} if route is None else {(T1, "spu-7"): route})
    assert gate.closed(T1, "jd", "spu-7") == PRESETS[preset, route]
    assert gate.closed(T1, "xhs", "spu-7") is None


def test_a_choice_that_cannot_be_kept_is_refused_and_nothing_is() -> None:
    with policy() as (desk, mei, around):
        with pytest.raises(RouteUnknown):
            desk.choose(mei, "spu-7", "outside", why="x")
        with pytest.raises(SpuUnknown):
            desk.choose(mei, "spu-9", "both", why="x")
        with pytest.raises(PolicyWordMissing):
            desk.choose(mei, "spu-7", "both", why="  ")
        for value in (-1, 1.5, True, "12", 10**16):
            with pytest.raises(RouteValueWrong):
                desk.choose(mei, "spu-7", "both", why="x", in_site_fen=value)  # type: ignore[arg-type]
        with pytest.raises(SpuUnknown):
            desk.choose(around.tenant("t2"), "spu-7", "both", why="别人的商品")
        with pytest.raises(NotAllowed):
            desk.choose(replace(mei, role=Role.ANALYST), "spu-7", "both", why="x")
        with pytest.raises(NotAllowed):
            desk.set_preset(mei, "closed", why="x")
        with pytest.raises(PresetUnknown):
            desk.set_preset(ROOT, "half", why="x")
        desk.set_preset(ROOT, "closed", why="闭环")
        with pytest.raises(PresetClosed):
            desk.choose(mei, "spu-7", "external", why="x")
        assert desk.choices(mei) == []
        assert [one.preset for one in desk.presets_set(ROOT)] == ["closed.v1"]


def test_every_day_of_a_sale_has_one_phase_and_the_days_around_it_none() -> None:
    with policy() as (desk, _, _):
        (sale,) = desk.calendar()
        days = [date(2025, 5, 6) + timedelta(days=number) for number in range(60)]
        named = [found[1].name.zh if (found := desk.phase_of(day)) else None for day in days]
        assert [name for name, _ in itertools.groupby(named)] == [None, "测试", "蓄水", "预热", "爆发", "延续", None]
        assert sale.presale is not None
        assert [desk.phase_of(day)[1].id for day in (sale.presale.deposit, sale.presale.balance)] == ["warm", "burst"]  # type: ignore[index]


BROKEN = {
    "a gap": ("from = 2025-05-16", "from = 2025-05-17"),
    "an overlap": ("from = 2025-05-16", "from = 2025-05-15"),
    "an end before the beginning": ("to = 2025-05-25", "to = 2025-05-15"),
    "out of order": ('id = "gather"', 'id = "burst"'),
    "a phase of no name": ('id = "gather"', 'id = "wait"'),
    "a misspelt key": ("balance =", "ballance ="),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_calendar_that_cannot_hold_is_refused_with_its_line(name: str) -> None:
    old, new = BROKEN[name]
    assert old in CALENDAR
    with pytest.raises(TomlRefused, match=r"sale\.toml:\d+"):
        read_calendar(CALENDAR.replace(old, new, 1), file="sale.toml")


def test_a_calendar_without_a_phase_is_none() -> None:
    head = CALENDAR.partition("[[phase]]")[0]
    with pytest.raises(CalendarBroken):
        read_calendar("phase = []\n" + head, file="sale.toml")
    assert [one.key for one in calendars()] == ["2025_618.v1"]
