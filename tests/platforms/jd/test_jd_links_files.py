"""JD's links as they open its app, its signature against the published one, and 京准通's export."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from hongmao.platforms import jd
from hongmao.platforms.api import FileHead, LinkNotMade, LinkWanted, ReportCell, RowProblem
from hongmao.platforms.jd.files import JZT_DAILY
from hongmao.platforms.jd.links import JdLinks
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.jd.signing import sign_sample
from platforms.gatehouse import Canned, account_of, ms
from platforms.published import vector_of

VECTOR = vector_of(jd)
HEAD = FileHead(name="jzt.csv", snapshot_ms=ms("2025-05-09T08:00:00"))


def link(page: str = "https://item.m.jd.com/product/7.html?x=%E7%BA%A2") -> tuple[str, str, str]:
    wanted = LinkWanted(page_url=page, platform_shop_id="1", platform_item_id="7", line="cid")
    made = JdLinks().make(wanted, account_of("jd"), Canned(), now_ms=0)
    return made.deeplink or "", made.universal_link or "", made.fallback_url


def test_the_published_vector() -> None:
    assert sign_sample(VECTOR.sample()) == VECTOR.expected == "D70825340F4084360B9362B60DFD7930"


@pytest.mark.parametrize("name", sorted(VECTOR.params))
def test_each_parameter_of_the_vector_counts(name: str) -> None:
    params = VECTOR.params
    without = {key: value for key, value in params.items() if key != name}
    assert sign_sample(VECTOR.sample(params=params | {name: params[name] + " "})) != VECTOR.expected
    assert sign_sample(VECTOR.sample(params=without)) != VECTOR.expected


def test_the_secret_counts_and_a_sign_that_is_there_does_not() -> None:
    assert sign_sample(VECTOR.sample(secret="another")) != VECTOR.expected
    assert sign_sample(VECTOR.sample(params=VECTOR.params | {"sign": "x"})) == VECTOR.expected


def test_the_json_is_encoded_once_and_holds_the_page_as_it_is() -> None:
    deeplink, universal, fallback = link()
    scheme, _, params = deeplink.partition("?params=")
    told = json.loads(unquote(params))
    assert scheme == "openapp.jdmobile://virtual"
    assert (told["category"], told["des"], told["unionsource"]) == ("jump", "m", "awake")
    assert told["url"] == fallback
    assert fallback == "https://item.m.jd.com/product/7.html?x=%E7%BA%A2&clickid=__CLICK_ID__&ext=__CLICK_ID__"
    assert len(told["channel"]) == 32
    assert universal == f"https://linkst.m.jd.com/ul/ul.action?openApp.jdMobile://virtual?params={params}"


def test_the_jump_can_fill_every_address_in_as_plain_text() -> None:
    for address in link():
        assert "__CLICK_ID__" in address
        assert "c-7" in unquote(address.replace("__CLICK_ID__", "c-7"))
        assert "__CLICK_ID__" not in address.replace("__CLICK_ID__", "c-7")


def test_every_address_but_the_page_itself_lies_where_jd_may_lead() -> None:
    deeplink, universal, fallback = link()
    assert all(address.startswith(tuple(JD.link_prefixes)) for address in (deeplink, universal, fallback))
    assert JD.pilot


@pytest.mark.parametrize("page", ["", "javascript:alert(1)", "openapp.jdmobile://virtual", "//item.jd.com/7.html"])
def test_a_page_that_is_none_makes_no_link(page: str) -> None:
    with pytest.raises(LinkNotMade):
        link(page)


ROW = {
    "day": "2025/5/7",
    "note": "n-1",
    "task": "t-9",
    "spend": "2,694.23",
    "impressions": "31,671",
    "clicks": "2,021",
    "visits": "25",
    "gmv": "¥4,210.50",
    "carts": "",
}


def read(head: FileHead = HEAD, **change: str) -> ReportCell | RowProblem:
    [found] = JZT_DAILY.read(ROW | change, place="row 2", head=head, account=account_of("jd", shop="880001"))
    assert isinstance(found, ReportCell | RowProblem)
    return found


def test_a_row_of_the_export_is_a_cell() -> None:
    cell = read()
    assert isinstance(cell, ReportCell)
    assert (cell.report, cell.key, cell.day) == ("jzt_daily", "2025-05-07:n-1:t-9:15d", "2025-05-07")
    assert cell.values == {
        "spend_fen": 269_423,
        "impressions": 31_671,
        "clicks": 2_021,
        "visits": 25,
        "gmv_fen": 421_050,
    }
    assert (cell.note, cell.platform_shop_id, cell.window_days, cell.marks) == ("n-1", "880001", 15, ())


def test_a_roi_alone_gives_an_approximate_gmv_and_says_so() -> None:
    cell = read(gmv="", roi="3", spend="100")
    assert isinstance(cell, ReportCell)
    assert (cell.values["gmv_fen"], cell.marks) == (30_000, ("approximate",))


def test_windows_are_cells_of_their_own_and_a_later_export_wins() -> None:
    early, late = read(), read(FileHead(name="x", snapshot_ms=HEAD.snapshot_ms + 1_000))
    thirty = read(FileHead(name="x", snapshot_ms=HEAD.snapshot_ms, facts={"window_days": "30"}))
    assert isinstance(early, ReportCell)
    assert isinstance(late, ReportCell)
    assert isinstance(thirty, ReportCell)
    assert (early.key, early.version + 1) == (late.key, late.version)
    assert (thirty.key, thirty.window_days) == ("2025-05-07:n-1:t-9:30d", 30)


def test_a_total_row_is_nothing_and_there_are_25_columns() -> None:
    total = JZT_DAILY.read(ROW | {"day": "合计7条记录"}, place="row 9", head=HEAD, account=account_of("jd"))
    assert total == ()
    assert len(JZT_DAILY.aliases) == 25


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"day": "7 May"}, ("bad_time", "row 2.day")),
        ({"day": ""}, ("missing_field", "row 2.day")),
        ({"day": "2025-02-30"}, ("bad_time", "row 2.day")),
        ({"note": ""}, ("missing_field", "row 2.note")),
        ({"note": "<b>"}, ("bad_value", "row 2.note")),
        ({"spend": "-1"}, ("below_zero", "row 2.spend")),
        ({"spend": "1.005"}, ("not_whole_fen", "row 2.spend")),
        ({"spend": "1e5"}, ("bad_value", "row 2.spend")),
        ({"clicks": "1.5"}, ("bad_value", "row 2.clicks")),
        ({"roi": "3x"}, ("bad_value", "row 2.roi")),
        ({"task": "t" * 60}, ("bad_value", "row 2.task")),
    ],
)
def test_what_is_wrong_in_a_row_is_named(change: dict[str, str], expected: tuple[str, str]) -> None:
    found = read(HEAD, **change)
    assert isinstance(found, RowProblem)
    assert (found.code, found.place) == expected


def test_a_window_that_is_none_is_named() -> None:
    found = read(FileHead(name="x", snapshot_ms=HEAD.snapshot_ms, facts={"window_days": "16"}))
    assert isinstance(found, RowProblem)
    assert found.code == "bad_value"
