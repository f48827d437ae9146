"""The attribution page: the question stands in the address, differences are to last click, few readers are not told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from web.pages import samples_attribution
from web.pages.client import Visitor, table, words_of

if TYPE_CHECKING:
    import httpx

PAGE = "/console/attribution"


@pytest.fixture
def merchant(visitor: Visitor) -> Visitor:
    return visitor.sign_in("brand1")


def column(answer: httpx.Response, name: str, number: int) -> list[str]:
    return [row[number] for row in table(answer, name)]


def test_the_page_opens_with_last_click_which_differs_from_itself_by_nothing(merchant: Visitor) -> None:
    answer = merchant.get(PAGE)
    assert column(answer, "model-table", 1)[:3] == ["21", "9", "0"]
    assert column(answer, "model-table", 4)[:3] == ["0", "0", "0"]
    assert column(answer, "model-table", 5)[:3] == ["¥0.00", "¥0.00", "¥0.00"]


def test_another_model_says_how_far_it_is_from_last_click(merchant: Visitor) -> None:
    answer = merchant.get(f"{PAGE}?model=markov%3A1")
    assert column(answer, "model-table", 1)[:3] == ["19.50", "8.25", "2.25"]
    assert column(answer, "model-table", 4)[:3] == ["-1.50", "-0.75", "+2.25"]
    assert column(answer, "model-table", 5)[:3] == ["-¥156.00", "+¥56.00", "+¥100.00"]
    assert "估计" in words_of(answer), "it is no definition in force, and says so"
    assert 'value="markov:1" selected' in answer.text


def test_an_order_that_another_media_claims_too_is_left_out_of_the_deduplicated_total(merchant: Visitor) -> None:
    assert "去重成交 28" in re.sub(r"\s+", " ", words_of(merchant.get(PAGE)))
    # Of a model that is worked out from journeys nobody can say it.
    assert "去重成交 —" in re.sub(r"\s+", " ", words_of(merchant.get(f"{PAGE}?model=markov%3A1")))


@pytest.mark.parametrize(
    ("measure", "first", "whole"),
    [
        ("conversions", ["21", "18 -3", "19.50 -1.50"], "30"),
        ("gross", ["¥3,180.00", "¥2,800.00 -¥380.00", "¥2,900.00 -¥280.00"], "¥4,071.00"),
        ("net", ["¥2,709.00", "¥2,400.00 -¥309.00", "¥2,553.00 -¥156.00"], "¥3,501.00"),
    ],
)
def test_all_models_stand_side_by_side_in_the_measure_asked_for(
    merchant: Visitor, measure: str, first: list[str], whole: str
) -> None:
    answer = merchant.get(f"{PAGE}?measure={measure}")
    assert table(answer, "models-table")[0][1:] == first
    assert whole in re.sub(r"\s+", " ", words_of(answer))


def test_an_amount_with_unknown_parts_is_marked_in_the_row_and_in_the_total(merchant: Visitor) -> None:
    rows = table(merchant.get(f"{PAGE}?measure=net"), "models-table")
    assert rows[1][1] == "¥792.00 部分"
    assert rows[0][1] == "¥2,709.00"


def test_PRIV_5_readers_of_a_way_that_few_took_in_vain_are_not_counted_out(merchant: Visitor) -> None:
    answer = merchant.get(PAGE)
    assert column(answer, "ways-table", 5) == ["310", "不足 20", "22", "0"]
    assert "1 条路径的未成交读者不足 20 人" in words_of(answer)


def test_the_picture_is_drawn_from_the_table_and_its_ribbons_lead_to_the_right(merchant: Visitor) -> None:
    text = merchant.get(PAGE).text
    ribbons = re.findall(r'<tr data-from="(\d):([^"]+)".*?data-to="(\d):([^"]+)"', text)
    assert len(ribbons) == len(samples_attribution.ways().flow)
    assert all(int(here) < int(there) for here, _, there, _ in ribbons)
    assert {(there, key) for _, _, there, key in ribbons if key in {"bought", "nothing"}} == {
        ("3", "bought"),
        ("3", "nothing"),
    }
    assert 'data-to-name="未成交"' in text
    assert 'data-from-name="更早的点击"' in text


def test_every_link_of_the_page_keeps_the_question(merchant: Visitor) -> None:
    text = merchant.get(f"{PAGE}?model=first_click&by=creator&measure=net&window=7d&clock=event").text
    (last30,) = re.findall(r'<a href="([^"]+)"[^>]*>近 30 天', text)
    for part in ("model=first_click", "by=creator", "measure=net", "window=7d", "clock=event"):
        assert part in last30
    assert 'name="by" value="creator" checked' in text


@pytest.mark.parametrize("asked", ["model=moon", "by=planet", "measure=love", "window=3d"])
def test_what_is_not_on_offer_is_answered_with_what_is(merchant: Visitor, asked: str) -> None:
    answer = merchant.get(f"{PAGE}?{asked}")
    assert answer.status_code == 422
    assert "not_on_offer" in answer.text


def test_a_tenant_without_a_click_is_told_so(visitor: Visitor) -> None:
    answer = visitor.sign_in("brand2").get(PAGE)
    assert "这段时间没有点击和成交" in words_of(answer)
    assert "初晴" not in answer.text
