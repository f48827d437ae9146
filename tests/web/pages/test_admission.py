"""The page of admission over real rooms: every criterion with its reason, stages, a person's word, and a route picked."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette

from eligibility.admission import Admission, admission
from hongmao.catalog.api import Role
from hongmao.kernel.errors import HongmaoError
from hongmao.policy.api import Policy
from hongmao.storage.policy import SqlPolicyStore
from hongmao.web.pages import error_page, routes
from storage.opened import ROOT
from web.pages.client import Visitor, table, words_of
from web.pages.fakes import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

PAGE = "/console/admission"


class Stage:
    """A deployment behind its pages, a merchant's optimiser and an administrator before them."""

    def __init__(self, story: Admission) -> None:
        """Give both an account."""
        self.story = story
        self.policy = Policy(SqlPolicyStore(story.house.database), story.catalog, story.clock)
        self.app = Starlette(routes=routes, exception_handlers={HongmaoError: _page})
        self.app.state.services = SimpleNamespace(
            clock=story.clock, catalog=story.catalog, eligibility=story.eligibility, policy=self.policy
        )
        self.app.state.session_key = b"a key for tests"
        self.app.state.session_clock = story.clock
        self.app.state.cookie_secure = False
        story.catalog.bootstrap_admin(password=PASSWORD)
        at_home = replace(ROOT, tenant=story.mei.tenant)
        role = Role.OPTIMISER
        story.catalog.add_user(at_home, login=role.value, password=PASSWORD, name=role.value, role=role)

    def visitor(self, role: Role, lang: str = "zh") -> Visitor:
        """Sign somebody in."""
        return Visitor(self.app, lang).sign_in(role.value)


def _page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HongmaoError)
    return error_page(request, error)


@contextmanager
def staged() -> Iterator[Stage]:
    with admission() as story:
        yield Stage(story)


def test_a_shop_stands_there_with_every_criterion_and_its_reason() -> None:
    with staged() as stage:
        stage.story.shop("tmall", {"composite_star": "4.4", "goods": "4.5", "logistics": "4.6", "service": "4.4"})
        answer = stage.visitor(Role.OPTIMISER).get(PAGE)
        rows = [(row[0], row[1], row[2], row[4]) for row in table(answer, "findings-1")]
        assert rows == [
            ("类目", "美妆个护 | 母婴亲子 | 运动户外 | 大健康", "美妆个护", "符合"),
            ("综合体验星级", "≥ 4.5", "4.4", "低于要求"),
            ("商品评分", "≥ 4.5", "4.5", "符合"),
            ("物流评分", "≥ 4.5", "4.6", "符合"),
            ("服务评分", "≥ 4.5", "4.4", "低于要求"),
        ]
        # While the programme observes nothing is held; opened, the reason stands there.
        assert "投放暂停" not in words_of(answer)
        stage.story.eligibility.set_stage(ROOT, "open", why="开放")
        assert "投放暂停：分数未达到要求" in words_of(stage.visitor(Role.OPTIMISER).get(PAGE))
        assert "Held: the scores do not reach what is asked" in words_of(stage.visitor(Role.OPTIMISER, "en").get(PAGE))


def test_the_house_sets_a_stage_and_decides_on_a_shop_and_a_merchant_sees_both() -> None:
    with staged() as stage:
        stage.story.shop("vip")
        admin, optimiser = stage.visitor(Role.ADMIN), stage.visitor(Role.OPTIMISER)
        assert admin.post(PAGE, {"act": "stage", "stage": "open", "why": "开放", "percent": ""}).status_code == 303
        said = {"act": "ruling", "shop": "s-1", "passed": "yes", "why": "唯品会，已签协议"}
        assert admin.post(PAGE, said).status_code == 303
        words = words_of(optimiser.get(PAGE))
        assert "唯品会，已签协议" in words
        assert "开放" in words
        assert stage.story.eligibility.would_hold(stage.story.clock.now_ms()) == {}
        refused = admin.post(PAGE, {"act": "stage", "stage": "percent", "why": "x", "percent": "abc"})
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)


@pytest.mark.parametrize("act", ["stage", "ruling"])
def test_a_merchant_neither_sees_nor_sends_what_the_house_decides(act: str) -> None:
    with staged() as stage:
        stage.story.shop("vip")
        optimiser = stage.visitor(Role.OPTIMISER)
        assert f'value="{act}"' not in optimiser.get(PAGE).text
        sent = {"act": act, "stage": "off", "shop": "s-1", "passed": "yes", "why": "x"}
        assert optimiser.post(PAGE, sent).status_code == 403
        assert optimiser.post(PAGE, sent, {"origin": "http://elsewhere.example"}).status_code == 403
        assert stage.story.eligibility.stage() is None


def test_article_row_9_the_console_shows_both_values_and_lets_the_owner_pick() -> None:
    with staged() as stage:
        shop = stage.story.shop("taobao", {"experience": "4.6"})
        stage.story.catalog.add_item(
            stage.story.mei, shop=shop.id, spu="spu-7", platform_item_id="7", title="防晒乳", price_fen=1,
            url="https://a.example/7",
        )  # fmt: skip
        optimiser = stage.visitor(Role.OPTIMISER)
        assert [row[1:5] for row in table(optimiser.get(PAGE), "routes-table")] == [["—", "—", "—", "—"]]
        sent = {"act": "route", "spu": "spu-7", "in_site": "12", "external": "9", "route": "external", "why": "新客"}
        assert optimiser.post(PAGE, sent).status_code == 303
        (row,) = table(optimiser.get(PAGE), "routes-table")
        assert [re.sub(r"[^\d.]", "", cell) for cell in row[1:3]] == ["12.00", "9.00"]
        assert row[3:5] == ["站内成交", "站外直达"]
        assert row[5].endswith("新客")
        (kept,) = stage.policy.choices(stage.story.mei)
        assert (kept.in_site_fen, kept.external_fen, kept.route.value) == (1_200, 900, "external")
        for wrong in ({"in_site": "12.345"}, {"route": "outside"}, {"spu": "spu-9"}, {"why": " "}):
            answer = optimiser.post(PAGE, {**sent, **wrong})
            assert answer.status_code in {404, 422}
            assert 'role="alert"' in answer.text
        assert len(stage.policy.choices(stage.story.mei)) == 1


def test_nothing_is_there_before_there_is_a_shop() -> None:
    with staged() as stage:
        words = words_of(stage.visitor(Role.OPTIMISER, "en").get(PAGE))
        assert "No shop yet" in words
        assert "No product yet" in words
