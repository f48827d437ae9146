"""How a campaign is charged, agreed on its page by the same service as by HTTP: from an instant on, with the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import HOUR_MS
from web.juguang.gate import campaign, placed, without
from web.pages.client import table, words_of
from web.pages.placing import LIST, fault, filled, house, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Gate


@pytest.fixture
def opened() -> Iterator[Gate]:
    with house() as made:
        yield made


def test_an_agreement_holds_from_its_hour_on_and_the_one_before_until_then(opened: Gate) -> None:
    _, number, _, _ = placed(opened.program())
    mei, path = visitor(opened), f"{LIST}/{number}/charging"
    assert f'href="{path}"' in mei.get(f"{LIST}/{number}").text
    page = mei.get(path)
    assert "没有约定过" in words_of(page)
    first_ms = opened.front.clock.now_ms()
    assert mei.post(path, {**filled(page), "scheme": "cpm", "amount_fen": "30", "why": "新品蓄水"}).status_code == 303
    opened.front.clock.advance(HOUR_MS)
    answer = mei.post(path, {"scheme": "ocpx", "amount_fen": "45.5", "why": "按进店"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    newest, oldest = table(mei.get(path), "rates-table")
    assert (newest[:2], newest[3:]) == (["oCPX 按目标出价", "¥45.50"], ["生效中", "梅", "按进店"])
    assert (oldest[:2], oldest[3], oldest[4:]) == (["CPM 按千次曝光", "¥30.00"], newest[2], ["梅", "新品蓄水"])
    agreed = opened.front.app.state.services.rating.agreed(TenantId("tenant-1"))
    assert [(one.scheme, one.amount_fen, one.from_ms - first_ms) for one in agreed] == [
        ("cpm", 3_000, 0),
        ("ocpx", 4_550, HOUR_MS),
    ]
    # By clicks there is no price of its own.
    assert mei.post(path, {"scheme": "cpc", "amount_fen": "", "why": ""}).status_code == 303
    assert table(mei.get(path), "rates-table")[0][:2] == ["CPC 按点击", "—"]


def test_what_no_campaign_can_be_charged_by_is_refused_at_its_field_and_nothing_is_kept(opened: Gate) -> None:
    _, number, _, _ = placed(opened.program())
    body = campaign(marketing_target=4, optimize_target=0, bidding_strategy=2, campaign_name="种草")
    body = without(body, "constraint_type", "asset_event", "deeplink_id", "detect_url_link")
    seeding = opened.program().done("/jg/campaign/create", **body)["campaign_id"]
    mei, path = visitor(opened), f"{LIST}/{number}/charging"
    for changed, field, said in (
        ({"scheme": "cpa"}, "scheme", "计费方式"),
        ({"amount_fen": ""}, "amount_fen", "价格（元）应为 0.01 到 10000.00 元（含），收到 0.00 元"),
        ({"amount_fen": "10000.01"}, "amount_fen", "收到 10000.01 元"),
        ({"amount_fen": "-1"}, "amount_fen", "收到 -1.00 元"),
        ({"amount_fen": "NaN"}, "amount_fen", "“NaN”不是金额"),
        ({"scheme": "cpc", "amount_fen": "1"}, "amount_fen", "应为 0.00 到 0.00 元"),
        ({"why": "因" * 201}, "why", "原因"),
    ):
        answer = mei.post(path, {"scheme": "cpm", "amount_fen": "30", "why": "", **changed})
        assert (answer.status_code, said in fault(answer, field)) == (422, True), (changed, fault(answer, field))
        assert filled(answer)["amount_fen"] == changed.get("amount_fen", "30")
    answer = mei.post(f"{LIST}/{seeding}/charging", {"scheme": "ocpx", "amount_fen": "1"})
    assert (answer.status_code, "可回传的推广目标" in fault(answer, "scheme")) == (422, True)
    assert opened.front.app.state.services.rating.agreed(TenantId("tenant-1")) == []


def test_readers_read_it_and_strangers_see_nothing(opened: Gate) -> None:
    _, number, _, _ = placed(opened.program())
    path, form = f"{LIST}/{number}/charging", {"scheme": "cpm", "amount_fen": "30", "why": "蓄水"}
    reader, stranger, mei = visitor(opened, "reader"), visitor(opened, "mei2"), visitor(opened)
    assert mei.post(path, form, {"origin": "http://elsewhere.example"}).status_code == 403
    assert mei.post(path, form).status_code == 303
    assert [row[0] for row in table(reader.get(path), "rates-table")] == ["CPM 按千次曝光"]
    assert "从现在起" not in reader.get(path).text
    assert reader.post(path, form).status_code == 403
    assert (stranger.get(path).status_code, stranger.post(path, form).status_code) == (404, 404)
    deleted = {"campaign": str(number), "state": "3", "why": "下线"}
    assert mei.post(LIST, deleted).status_code == 303
    assert mei.post(path, form).status_code == 409
    assert len(table(mei.get(path), "rates-table")) == 1
