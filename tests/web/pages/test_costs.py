"""The page of costs and return: never one ROI without the other, unknown is a dash, and whose money is for who sees wallets."""

from __future__ import annotations

import pytest

from web.pages.client import Visitor, table, words_of
from web.pages.fakes import make_app

PATH = "/console/costs"


def visitor(login: str, lang: str = "zh") -> Visitor:
    return Visitor(make_app(), lang).sign_in(login)


def test_both_ratios_stand_beside_each_other_with_what_they_divide() -> None:
    page = visitor("brand1").get(PATH)
    words = words_of(page)
    assert words.index("¥8,234.00 ÷ ¥2,694.23") < words.index("¥8,234.00 ÷ ¥3,574.23")
    parts = {row[0]: row[1:3] for row in table(page, "parts-table")}
    assert [parts[name][0] for name in ("roi_ads", "roi_full_cost", "shutiao_spend", "full_cost")] == [
        "3.06", "2.30", "—", "¥ 3,574.23",
    ]  # fmt: skip
    assert all(version.endswith("v1") for _, version in parts.values())
    assert [row[:3] for row in table(page, "whose-table")] == [
        ["阿里", "¥694.23", "¥694.23"],
        ["商家", "¥2,000.00", "¥0.00"],
        ["冲正", "¥12.00", "—"],
    ]
    # The chart's own table: a creator's cost stands on the day of its payment, and every day keeps ROI on ads alone.
    days = table(page, "days-table")
    assert [row[6] for row in days] == ["—", "—", "¥800.00", "—", "—", "—", "—"]
    assert {row[5] for row in days} == {"3.06"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_tenant_that_did_nothing_sees_dashes_and_an_analyst_not_whose_money_it_was(lang: str) -> None:
    page = visitor("brand2", lang).get(PATH)
    parts = {row[0]: row[1] for row in table(page, "parts-table")}
    assert {parts[name] for name in ("roi_ads", "roi_full_cost", "creator_fee", "full_cost")} == {"—"}
    assert 'id="whose-table"' not in page.text
    assert 'id="whose-table"' in visitor("brand1", lang).get(PATH).text


def test_the_overview_shows_both_and_leads_to_the_page_with_the_same_question() -> None:
    page = visitor("brand1").get("/console/?window=7d&from=2025-05-08&to=2025-05-14")
    assert page.text.index('data-figure="roi_ads"') < page.text.index('data-figure="roi_full_cost"')
    assert 'href="/console/costs?window=7d&amp;clock=billing&amp;from=2025-05-08&amp;to=2025-05-14"' in page.text
