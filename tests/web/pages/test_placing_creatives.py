"""Units and creatives made in forms over real rooms: notes that may be used, links that are there, twenty or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hongmao.campaigns.api import CreativityTerms, Noun, UnitTerms
from hongmao.kernel.ids import LinkId, TenantId
from web.api.front import link_body, note_body
from web.juguang.gate import FALLBACK, campaign, placed, without
from web.pages.client import table, words_of
from web.pages.placing import LIST, fault, filled, house, things, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Gate

T1 = TenantId("tenant-1")


@pytest.fixture
def opened() -> Iterator[Gate]:
    with house() as made:
        yield made


def more(opened: Gate, count: int, start: int = 10) -> list[str]:
    """Add notes with a link each, all to the one item."""
    admin = opened.front.caller(opened.browser)
    links = []
    for at in range(start, start + count):
        admin.add("/v1/notes", **{**note_body(1), "id": f"note-{at}", "title": f"防晒第 {at} 篇"})
        body = {**link_body(1), "id": f"link-{at}", "note": f"note-{at}"}
        links.append(admin.add("/v1/links", tenant="tenant-1", **body)["id"])
    return links


def units_of(number: int) -> str:
    return f"{LIST}/{number}/units"


def test_a_unit_picks_notes_says_whom_it_reaches_and_what_an_act_is_worth(opened: Gate) -> None:
    _, number, _, _ = placed(opened.program())
    mei, path = visitor(opened), f"{units_of(number)}/new"
    form = filled(mei.get(path))
    wrong = mei.post(
        path,
        {
            **form,
            "unit_name": "字" * 51,
            "event_bid": "1000000",
            "target_type": "3",
            "target_age": "90-99",
            "why": "因" * 201,
        },
    )
    assert wrong.status_code == 422
    assert "收到 51 个" in fault(wrong, "unit_name")
    assert fault(wrong, "event_bid") == "出价应为 0.01 到 999998.99 元（含），收到 1000000.00 元"
    assert "缺少 笔记" in fault(wrong, "note_ids")
    assert "年龄 不能这样填" in fault(wrong, "target_age")
    assert "原因" in fault(wrong, "why")
    assert [one.name for one in things(opened, Noun.UNIT)] == ["通投"]
    right = {
        **form,
        "unit_name": "精准女性",
        "event_bid": "45.5",
        "note_ids": "note-1",
        "target_type": "3",
        "target_gender": "1",
        "target_age": ["18-22", ">50"],
        "target_city": "上海#杭州",
        "interest_keywords": "防晒\r\n\r\n 美白 ",
        "intelligent_expension": "1",
        "why": "人群测试",
    }
    answer = mei.post(path, right)
    unit = things(opened, Noun.UNIT)[-1]
    assert (answer.status_code, answer.headers["location"]) == (303, f"{units_of(number)}/{unit.number}/creatives")
    terms = cast("UnitTerms", unit.terms)
    assert (terms.event_bid, terms.note_ids, terms.target_type) == (4_550, ["note-1"], 3)
    assert terms.target_config is not None
    assert (terms.target_config.target_age, terms.target_config.interest_keywords) == ("18-22#>50", ["防晒", "美白"])
    row = table(mei.get(f"{LIST}/{number}"), "units-table")[-1]
    assert row[:5] == ["精准女性", "高级定向", "¥45.50", "1", "0"]
    # Edited, with who and why; what the form does not show stays.
    edit = f"{units_of(number)}/{unit.number}"
    again = filled(mei.get(edit))
    assert {name: again[name] for name in ("target_age", "target_city", "event_bid")} == {
        "target_age": ["18-22", ">50"], "target_city": "上海#杭州", "event_bid": "45.50",
    }  # fmt: skip
    assert mei.post(edit, {**again, "event_bid": "50", "why": "出价偏低"}).status_code == 303
    newest = table(mei.get(f"{LIST}/{number}"), "changes-table")[0]
    assert newest[1:] == ["单元 精准女性 · 2", "修改", "出价 45.50 → 50.00", "梅", "出价偏低"]
    assert mei.post(edit, {**again, "event_bid": "60"}).status_code == 409
    # Copied, with a name of its own.
    copy = filled(mei.get(f"{path}?of={unit.number}"))
    assert copy["unit_name"] == ""
    assert fault(mei.post(path, {**copy, "unit_name": "精准女性"}), "unit_name").startswith("单元名称 已被")
    assert mei.post(path, {**copy, "unit_name": "精准女性 2"}).status_code == 303


def test_keywords_are_one_a_line_with_their_bids_in_yuan(opened: Gate) -> None:
    body = campaign(marketing_target=4, placement=2, optimize_target=0, bidding_strategy=2, campaign_name="搜索")
    body = without(body, "constraint_type", "asset_event", "deeplink_id", "detect_url_link")
    number = opened.program().done("/jg/campaign/create", **body)["campaign_id"]
    mei, path = visitor(opened), f"{units_of(number)}/new"
    form = {**filled(mei.get(path)), "unit_name": "词包", "event_bid": "1", "note_ids": "note-1"}
    for typed, said in (
        ("", "缺少 关键词与出价"),
        ("防晒, 很多钱", "“ 很多钱”不是金额"),
        ("防晒, 1\n防晒，2", "重复"),
        (f"{'词' * 61}, 1", "1 到 60"),
        ("防晒, 1000000", "收到 1000000.00 元"),
    ):
        answer = mei.post(path, {**form, "keyword_with_bid": typed})
        assert (answer.status_code, said in fault(answer, "keyword_with_bid")) == (422, True), typed
    assert mei.post(path, {**form, "keyword_with_bid": "防晒, 1.20\r\n防晒霜 推荐"}).status_code == 303
    [unit] = things(opened, Noun.UNIT)
    words = cast("UnitTerms", unit.terms).keyword_with_bid or []
    assert [(word.keyword, word.bid) for word in words] == [("防晒", 120), ("防晒霜 推荐", 100)]


def test_CREAT_3_twenty_creatives_come_from_one_form_with_their_links_and_twenty_one_from_none(opened: Gate) -> None:
    _, number, unit, _ = placed(opened.program())
    links = more(opened, 21)
    mei, path = visitor(opened), f"{units_of(number)}/{unit}/creatives"
    form = filled(mei.get(path))
    assert form[f"creativity_name-{links[0]}"] == "防晒第 10 篇"
    answer = mei.post(path, {**form, "link": links})
    assert (answer.status_code, "收到 21 项" in fault(answer, "link")) == (422, True)
    assert sorted(filled(answer)["link"]) == links
    # One that is wrong keeps nineteen others out, and says which it is and in what.
    bad: dict[str, str | list[str]] = {
        f"creativity_name-{links[3]}": "字" * 51,
        f"bar_content-{links[7]}": "七个字的按钮啊",
        f"conversion_component_types-{links[9]}": ["0", "1"],
        f"title-{links[11]}": "题" * 12,
    }
    answer = mei.post(path, {**form, "link": links[:20], **bad})
    assert answer.status_code == 422
    assert "收到 51 个" in fault(answer, f"creativity_name-{links[3]}")
    assert "1 到 6 个字符" in fault(answer, f"bar_content-{links[7]}")
    assert "置顶评论需要文案" in fault(answer, f"comment-{links[9]}")
    assert "1 到 11 个字符" in fault(answer, f"title-{links[11]}")
    assert len(things(opened, Noun.CREATIVITY)) == 1
    assert opened.front.campaigns.bindings(T1) == []
    pinned: dict[str, str | list[str]] = {
        f"conversion_component_types-{links[9]}": ["0", "1"],
        f"comment-{links[9]}": "同款在评论区",
    }
    assert mei.post(path, {**form, "link": links[:20], **pinned, "why": "批量搭建"}).status_code == 303
    made = things(opened, Noun.CREATIVITY)[1:]
    assert [(one.version, one.parent) for one in made] == [(2, unit)] * 20
    assert {bound.link: bound.creativity for bound in opened.front.campaigns.bindings(T1)} == {
        LinkId(link): one.number for link, one in zip(links, made, strict=False)
    }
    tenth = cast("CreativityTerms", made[9].terms)
    assert tenth == CreativityTerms(
        creativity_name="防晒第 19 篇",
        note_id="note-19",
        conversion_type=11,
        bar_content="购买同款",
        conversion_component_types=[0, 1],
        comment="同款在评论区",
        title=str(form[f"title-{links[9]}"]),
        fall_back_jump_url=FALLBACK,
        app_comp_icon=tenth.app_comp_icon,
        ad_biz_item_id="item-1",
    )
    page = mei.get(f"{LIST}/{number}")
    assert [row[5] for row in table(page, "changes-table")[:2]] == ["批量搭建", "批量搭建"]
    assert table(page, "creatives-table")[-1][4] == "审核中"


def test_CREAT_1_a_revoked_note_is_refused_by_its_row_and_not_offered_again(opened: Gate) -> None:
    _, number, unit, _ = placed(opened.program())
    links = more(opened, 2)
    opened.front.demanded = True
    admin = opened.front.caller(opened.browser)
    for at in (10, 11):
        word = {"tenant": "tenant-1", "state": 1, "registered": True, "why": "达人同意"}
        admin.add(f"/v1/authorisations/note-{at}/answer", **word)
    mei, path = visitor(opened), f"{units_of(number)}/{unit}/creatives"
    page = mei.get(path)
    form = filled(page)
    # Note 1 is lent by nobody.
    assert ("防晒第 10 篇" in page.text, 'value="link-1"' in page.text) == (True, False)
    assert mei.post("/console/review", {"act": "cancel", "note": "note-11", "why": "达人撤回"}).status_code == 303
    answer = mei.post(path, {**form, "link": links})
    assert (answer.status_code, "授权不存在" in fault(answer, f"link-{links[1]}")) == (422, True)
    assert fault(answer, f"link-{links[0]}") == ""
    assert len(things(opened, Noun.CREATIVITY)) == 1
    assert "防晒第 11 篇" not in mei.get(path).text
    assert mei.post(path, {**form, "link": links[0]}).status_code == 303


def test_a_link_that_carries_another_creative_is_taken_from_it_with_both_versions_kept(opened: Gate) -> None:
    _, number, unit, _ = placed(opened.program())
    [link] = more(opened, 1)
    mei, path = visitor(opened), f"{units_of(number)}/{unit}/creatives"
    form = filled(mei.get(path))
    assert mei.post(path, {**form, "link": link}).status_code == 303
    first = things(opened, Noun.CREATIVITY)[-1]
    page = mei.get(f"{path}?of={first.number}")
    assert "现绑定创意“防晒第 10 篇”" in words_of(page)
    assert (
        mei.post(path, {**filled(page), "link": link, f"creativity_name-{link}": "换新", "why": "换素材"}).status_code
        == 303
    )
    left, taken = things(opened, Noun.CREATIVITY)[-2:]
    assert (left.version, taken.version) == (3, 2)
    assert [one.creativity for one in opened.front.campaigns.bindings(T1)] == [taken.number]
    # Changed in a form of its own: the note stays, the words change.
    edit = f"{LIST}/{number}/creatives/{taken.number}"
    own = filled(mei.get(edit))
    assert fault(mei.post(edit, {**own, "creativity_name": " "}), "creativity_name").startswith("缺少 创意名称")
    assert mei.post(edit, {**own, "bar_content": "领取补贴", "why": "补贴上线"}).status_code == 303
    newest = table(mei.get(f"{LIST}/{number}"), "changes-table")[0]
    assert newest[1:4] == ["创意 换新 · 3", "修改", "按钮文字 购买同款 → 领取补贴"]


def test_what_is_not_offered_and_what_is_another_s_makes_nothing(opened: Gate) -> None:
    _, number, unit, creative = placed(opened.program())
    _, theirs, their_unit, their_creative = placed(opened.program(2))
    mei, reader, stranger = visitor(opened), visitor(opened, "reader"), visitor(opened, "mei2")
    path = f"{units_of(number)}/{unit}/creatives"
    form = filled(mei.get(path))
    for links in ("link-2", "link-9", ["link-1", "link-2"], "../x"):
        answer = mei.post(path, {**form, "link": links})
        assert (answer.status_code, "选项已不可用" in fault(answer, "link")) == (422, True), links
    assert "收到 0 项" in fault(mei.post(path, form), "link")
    own = (path, f"{units_of(number)}/new", f"{units_of(number)}/{unit}", f"{LIST}/{number}/creatives/{creative}")
    for one in own:
        assert reader.get(one).status_code == 403
        assert reader.post(one, cast("Any", form)).status_code == 403
        assert stranger.get(one).status_code == 404
        assert stranger.post(one, cast("Any", form)).status_code == 404
        assert mei.post(one, form, {"origin": "http://elsewhere.example"}).status_code == 403
    # A unit, a creative or a source that belongs elsewhere reads as none.
    crossed = (
        f"{units_of(number)}/{their_unit}",
        f"{units_of(number)}/{their_unit}/creatives",
        f"{LIST}/{number}/creatives/{their_creative}",
        f"{units_of(number)}/new?of={their_unit}",
        f"{path}?of={their_creative}",
        f"{units_of(theirs)}/new",
    )
    assert {mei.get(one).status_code for one in crossed} == {404}
    assert len(things(opened, Noun.CREATIVITY)) == 1
