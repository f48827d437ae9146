"""The notes table, the links table and one link's page."""

from __future__ import annotations

import pytest

from hongmao.kernel.ids import LinkId
from hongmao.links.api import LinkUnknown, Review
from insight.stage import A, B, Stage, charge, click, impression, pay, query, visit, wakeup

MAY = query("2025-05-01", "2025-05-31")
FIRST = click("2025-05-01 10:00", "c-1")
SECOND = click("2025-05-02 10:00", "c-2", note="note-2", link="link-2", placement="search")
STAGE = Stage(
    impression("2025-05-01 09:00"),
    FIRST,
    SECOND,
    click("2025-05-02 11:00", "c-3", invalid="bot", note="note-2", link="link-2"),
    visit("2025-05-01 10:01", "c-1"),
    pay("2025-05-01 10:30", "o-1-1", 29_900, "c-1"),
    charges=[charge(FIRST), charge(SECOND, 70)],
)


def test_the_notes_table_ranks_by_what_a_note_earned_and_names_it() -> None:
    first, second = STAGE.insight.notes(A, MAY)
    assert (first.note, first.title, first.creator_name, first.links) == ("note-1", "防晒怎么选", "小林", ("link-1",))
    assert [one.text for one in (first.spend, first.gmv_net, first.roi_net, first.cpuv)] == [
        "0.50",
        "299.00",
        "598.00",
        "0.50",
    ]
    assert [one.text for one in (second.component_clicks, second.spend, second.gmv_net, second.cpuv)] == [
        "1",
        "0.70",
        "0.00",
        "—",
    ]
    assert len(first.figures()) == 12


def test_a_note_without_any_figure_is_listed_by_its_link_and_one_nobody_knows_by_a_dash() -> None:
    stage = Stage(impression("2025-05-01 09:00", note="note-x", link=None))
    rows = {row.note: (row.title, row.creator_name, row.links) for row in stage.insight.notes(A, MAY)}
    assert rows == {
        "note-x": ("—", "—", ()),
        "note-1": ("防晒怎么选", "小林", ("link-1",)),
        "note-2": ("露营清单", "阿远", ("link-2",)),
    }


def test_the_links_table_shows_clicks_that_count_and_those_that_do_not() -> None:
    newest, oldest = STAGE.insight.links(A, MAY)
    assert (newest.link.id, newest.clicks.text, newest.clicks_invalid, newest.spend.text) == ("link-2", "1", 1, "0.70")
    assert (oldest.link.id, oldest.note_title, oldest.shop_name, oldest.purchases.text) == (
        "link-1",
        "防晒怎么选",
        "店铺A",
        "1",
    )


def test_a_links_page_shows_its_reviews_and_its_last_clicks() -> None:
    page = STAGE.insight.link(A, LinkId("link-2"), MAY)
    assert [(one.address, one.review, one.url) for one in page.reviews] == [
        ("deeplink", Review.PENDING, None),
        ("universal_link", Review.REJECTED, "https://shop.test/u"),
        ("fallback", Review.APPROVED, "https://shop.test/h5"),
    ]
    assert [(one.placement, one.invalid, one.count) for one in page.clicks_by] == [
        ("feed", "bot", 1),
        ("search", None, 1),
    ]
    assert [one.click_id for one in page.last_clicks] == ["c-3", "c-2"]
    assert page.merchant_name == "商家A"


def test_a_links_page_counts_by_media_which_clicks_came_without_their_click_id() -> None:
    of_juguang = {"media": "juguang", "price_fen": 0, "labelled": None}
    stage = Stage(
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-01 10:01", "c-2", **of_juguang, media_click="m-2"),
        click("2025-05-01 10:02", "c-3", **of_juguang, media_problem="macro_unresolved"),
        click("2025-05-31 23:59", "c-4", **of_juguang, media_problem="macro_unresolved"),
        click("2025-05-01 10:04", "c-5", **of_juguang, media_problem="macro_unresolved", invalid="bot"),
        click("2025-05-01 10:05", "c-6", media="tencent", media_problem="click_id_empty"),
        click("2025-06-01 00:00", "c-7", **of_juguang, media_problem="macro_unresolved"),  # another day
        click("2025-05-01 10:07", "c-8", **of_juguang, media_problem="macro_unresolved", link="link-2"),
    )
    counts = [(one.media, one.problem, one.count) for one in stage.insight.link(A, LinkId("link-1"), MAY).media]
    assert counts == [("juguang", None, 1), ("juguang", "macro_unresolved", 2), ("tencent", "click_id_empty", 1)]
    assert STAGE.insight.link(A, LinkId("link-1"), MAY).media == ()


def test_a_links_page_says_what_became_of_its_jumps_and_of_no_other_links() -> None:
    stage = Stage(
        *(click("2025-05-01 10:00", f"c-{n}", agent="wechat") for n in range(4)),
        click("2025-05-01 10:00", "c-9", agent="wechat", link="link-2"),
        click("2025-04-30 10:00", "c-8", agent="wechat"),
        wakeup("2025-05-01 10:01", "c-0", "opened"),
        wakeup("2025-05-01 10:01", "c-1", "blocked"),
        wakeup("2025-05-01 10:01", "c-8", "opened"),
        wakeup("2025-05-01 10:01", "c-9", "store"),
    )
    (one,) = stage.insight.link(A, LinkId("link-1"), MAY).wakeups
    assert (one.agent, one.taps, one.opened, one.blocked, one.store, one.unknown) == ("wechat", 4, 1, 1, 0, 2)


def test_somebody_elses_link_does_not_exist() -> None:
    with pytest.raises(LinkUnknown):
        STAGE.insight.link(B, LinkId("link-1"), MAY)
    assert [row.link.id for row in STAGE.insight.links(B, MAY)] == ["link-9"]
