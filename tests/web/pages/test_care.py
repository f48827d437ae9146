"""链接巡检 on its page: what differs and what was done about it; a merchant reads again, a reviewer agrees, nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from web.pages.client import Visitor, table, words_of
from web.pages.samples import LINK, NASTY

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from web.pages.samples_care import FakeCare

PAGE = "/console/care"


@pytest.fixture
def care(app: Starlette) -> FakeCare:
    """Give what stands behind the page."""
    fake: FakeCare = app.state.services.care
    return fake


def test_what_differs_stands_with_what_was_done_and_money_as_money(app: Starlette) -> None:
    answer = Visitor(app).sign_in("brand1").get(PAGE)
    price, sold_out = table(answer, "open-table")
    assert price[1:] == [LINK.id, "价格", "¥299.00", "¥199.00", "已停投"]
    # What a code alone says has no value beside it.
    assert sold_out[1:] == [LINK.id, "无货", "—", "—", "转到店铺页，期间点击不计费"]
    shop, category = table(answer, "settled-table")
    assert (shop[4], shop[6]) == (NASTY, "user-4")
    assert category[6] == "重读后一致"


def test_a_merchant_has_a_page_read_again_and_only_a_reviewer_agrees(app: Starlette, care: FakeCare) -> None:
    merchant = Visitor(app).sign_in("brand1")
    assert "以新的为准</button>" not in merchant.get(PAGE).text
    assert merchant.post(PAGE, {"act": "read", "link": LINK.id}).status_code == 303
    assert merchant.post(PAGE, {"act": "agree", "link": LINK.id}).status_code == 403
    reviewer = Visitor(app).sign_in("admin")
    assert reviewer.post(PAGE, {"act": "agree", "link": LINK.id}).status_code == 303
    assert [act for act, *_ in care.asked] == ["read", "agree by user-4"]


def test_another_merchants_link_is_nobodys_and_the_page_says_so(app: Starlette, care: FakeCare) -> None:
    other = Visitor(app, "en").sign_in("brand2")
    assert "Every page that was read says what was reviewed." in words_of(other.get(PAGE))
    assert other.post(PAGE, {"act": "read", "link": LINK.id}).status_code == 403
    admin = Visitor(app, "en").sign_in("admin")
    answer = admin.post(PAGE, {"act": "read", "link": "link-of-nobody"})
    assert answer.status_code == 404
    assert "link-of-nobody" in words_of(answer)
    assert care.asked == []


def test_a_link_that_rests_says_why_on_its_own_page(app: Starlette) -> None:
    said = words_of(Visitor(app).sign_in("brand1").get(f"/console/links/{LINK.id}"))
    assert f"链接巡检 price {NASTY}" in said
