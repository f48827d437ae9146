"""The trade's glossary, the market's report and its exports: every name of theirs has a definition of ours."""

from __future__ import annotations

import re
from datetime import date

import pytest

from hongmao.definitions.api import MetricDefinition, column, load_registry
from hongmao.definitions.columns import columns
from hongmao.web.juguang.metrics import WINDOWS, Parts, metrics
from shared import shared_path

REGISTRY = load_registry()
# Code terms of the glossary's metrics, and what each is here.
TERMS = {
    "impression": "impressions", "click": "clicks", "ctr": "ctr", "read_uv": "read_uv", "engagement": "engagement",
    "engagement_rate": "engagement_rate", "cpe": "cpe", "cpc": "cpc", "cpm": "cpm", "component_ctr": "component_ctr",
    "i_user_num": "i_user_num", "ti_user_num": "ti_user_num", "cpti": "cpti", "seeding_value": "seeding_value",
    "seeding_rate": "seeding_rate", "seeding_cost": "seeding_cost", "back_search_rate": "back_search_rate",
    "visit_uv": "visit_uv", "visit_rate": "visit_rate", "visit_cost": "cost_per_visit", "new_visit_uv": "new_visit_uv",
    "new_visit_share": "new_visit_share", "category_new": "category_new", "brand_new": "brand_new", "cart": "carts",
    "favourite": "favourites", "follow": "shop_follows", "purchase": "purchases", "purchase_rate": "purchase_rate",
    "gmv": "gmv_gross", "rgmv": "rgmv", "net_gmv": "gmv_net", "net_roi": "roi_net", "roi": "roi_gross",
    "roi_ads": "roi_ads", "roi_full_cost": "roi_full_cost", "iroi": "iroi",
    "offsite_active_uv": "offsite_active_uv_30d", "offsite_cvr": "offsite_cvr", "offsite_cost": "offsite_cost",
    "cpuv": "cpuv", "direct": "direct_purchases", "indirect": "indirect_purchases",
    "presale_deposit_fee": "presale_deposit_fee", "remaining_payment_fee": "remaining_payment_fee",
    "due_pay_fee": "due_pay_fee", "price_compare": "price_compare_purchases", "ctes": "ctes", "pae": "pae",
    "origin_imp": "origin_imp", "heat_imp": "heat_imp", "promotion_imp": "promotion_imp",
    "in_task": "star_task_spend", "out_of_task": "out_of_task_spend", "bridge_page": "bridge_ctr",
}  # fmt: skip
# Terms of these sections that are no metrics: what a metric is booked by or bound to, and links that ended.
NOT_METRICS = {"aips", "tiUserPrice", "star_trans_ratio", "overdue", "outsideSellerPv", "outSideSellerPv15d",
               "outsideShopVisit", "clock=billing", "clock=event", "conv_type", "order_status", "actual_pay_fee",
               "item_id", "pay_item_id", "rules.md"}  # fmt: skip


@pytest.mark.parametrize(("term", "name"), sorted(TERMS.items()))
def test_every_metric_of_the_glossary_is_defined_in_both_languages_with_all_that_its_rule_needs(
    term: str, name: str
) -> None:
    metric = REGISTRY.metric(name)
    assert metric.name.zh, term
    assert metric.name.en
    assert metric.sources
    assert metric.effective <= date(2025, 5, 7)


def test_no_term_of_the_glossarys_metrics_is_left_out() -> None:
    text = shared_path("domain/glossary.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (?:Front|Back)-link metrics\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    assert len(sections) == 2
    terms = {
        term
        for section in sections
        for row in re.findall(r"^\| .*$", section, re.MULTILINE)
        for cell in row.split("|")[1:3]
        for term in re.findall(r"`([^`]+)`", cell)
    }
    assert terms - set(TERMS) - NOT_METRICS == set()


def test_every_field_of_the_markets_report_is_a_metric_of_ours() -> None:
    nothing = Parts(
        spend_fen=None, impressions=None, clicks=None, component_clicks=None, visits=None,
        orders=dict.fromkeys(WINDOWS), gmv_fen=dict.fromkeys(WINDOWS),
    )  # fmt: skip
    for name in metrics(nothing):
        found = column(name)
        assert found is not None, name
        assert isinstance(REGISTRY.metric(found.metric), MetricDefinition)


def test_every_column_leads_to_a_metric_and_a_window_that_it_has() -> None:
    for name, found in columns().items():
        metric = REGISTRY.metric(found.metric)
        if found.window is None:
            continue
        names = () if metric.ratio is None else (metric.ratio.numerator, metric.ratio.denominator)
        sides = [metric, *map(REGISTRY.metric, names)]
        assert any(side.measure and found.window in side.measure.windows for side in sides), name


@pytest.mark.parametrize(
    "name",
    [
        "消费", "展现量", "点击量", "互动量", "行业商品进店量30日", "行业商品GMV（30日)", "店铺访问量(15日)", "店铺成交ROI(30日)",
        "小红星站外活跃UV(30日归因)", "小红星任务期消费", "新增种草人群", "新增深度种草人群", "outsideSellerPv",
        "outSideSellerPv15d", "outsideShopVisit",
    ],
)  # fmt: skip
def test_the_columns_of_exports_are_read_as_they_are_written(name: str) -> None:
    assert column(name) is not None
    assert column(name.replace("(", "（").replace(")", "）")) == column(name)
