"""Tables of what is refused: each row breaks one thing, and the answer names the field and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from web.juguang.gate import DEEPLINK, campaign, creativity, gate, placed, unit, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Program


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with gate() as made:
        program = made.program()
        placed(program)  # link 1, campaign 2, unit 3, creativity 4
        ulk = [{"url": "http://shop.example/item/item-1", "type": 2}]
        program.done("/jg/direct-link/create", direct_link_list=ulk)  # link 5
        yield program


def refused(program: Program, path: str, body: dict[str, object], place: str) -> None:
    answer = program.post(path, **body)
    assert answer["success"] is False, answer
    assert answer["code"] in {900400, 900404, 900409}
    assert place in answer["msg"], answer
    assert "。" in answer["msg"], "the next step is missing"
    assert set(answer) == {"code", "success", "msg", "message", "error", "request_id"}


CAMPAIGNS: list[tuple[str, dict[str, Any]]] = [
    ("campaign_name", {"campaign_name": "名" * 51}),  # CREAT-3
    ("campaign_name", {"campaign_name": ""}),
    ("campaign_name", {"campaign_name": "a\nb"}),
    ("marketing_target", {"marketing_target": 5}),
    ("placement", {"placement": 99}),
    ("promotion_target", {"promotion_target": 3}),
    ("optimize_target", {"optimize_target": 99}),
    ("bidding_strategy", {"bidding_strategy": 1}),
    ("bidding_strategy", {"bidding_strategy": 2}),
    ("campaign_day_budget", {"campaign_day_budget": 9_999}),  # BILL-1
    ("campaign_day_budget", {"campaign_day_budget": 99_999_900}),
    ("campaign_day_budget", {"campaign_day_budget": None}),
    ("campaign_day_budget", {"campaign_day_budget": 100.5}),
    ("campaign_day_budget", {"limit_day_budget": 0}),
    ("smart_switch", {"limit_day_budget": 0, "campaign_day_budget": 0, "smart_switch": 1}),
    ("limit_day_budget", {"limit_day_budget": 2}),
    ("start_time", {"time_type": 1}),
    ("start_time", {"time_type": 1, "start_time": "2025-5-7", "expire_time": "2025-06-18"}),
    ("start_time", {"time_type": 1, "start_time": "20250507", "expire_time": "2025-06-18"}),
    ("expire_time", {"time_type": 1, "start_time": "2025-05-07", "expire_time": "2025-05-06"}),
    ("time_period", {"time_peroid_type": 1}),
    ("time_period.mon", {"time_peroid_type": 1, "time_period": {"mon": "1" * 23}}),
    ("time_period.mon", {"time_peroid_type": 1, "time_period": {"mon": "2" * 24}}),
    (
        "time_period",
        {
            "time_peroid_type": 1,
            "time_period": dict.fromkeys(["mon", "tues", "wed", "thu", "fri", "sat", "sun"], "0" * 24),
        },
    ),
    ("deeplink_id", {"deeplink_id": None}),
    ("deeplink_id", {"deeplink_id": 99}),
    ("deeplink_id", {"deeplink_id": 2**70}),
    ("deeplink_id", {"deeplink_id": 5}),  # a universal link
    ("deeplink_id", {"deeplink_id": 2}),  # a campaign
    ("universal_link_id", {"universal_link_id": 1}),
    ("detect_url_link", {"detect_url_link": None}),
    ("detect_url_link", {"detect_url_link": "monitor.example"}),
    ("constraint_type", {"constraint_type": 37}),
    ("constraint_type", {"constraint_type": None}),
    ("asset_event", {"asset_event": 404}),
    ("pacing_mode", {"pacing_mode": 3}),
    ("pacing_mode", {"optimize_target": 1, "bidding_strategy": 3, "pacing_mode": 2, "marketing_target": 4}),
    ("feed_flag", {"feed_flag": 1}),
    ("search_flag", {"placement": 2, "search_flag": 1}),
    ("search_bid_ratio", {"search_bid_ratio": 101}),
    ("enable", {"enable": 2}),
    ("roi_bid", {"roi_bid": 150}),  # a field nobody knows is refused by name and never dropped
    ("advertiser_id", {"advertiser_id": "one"}),
]


@pytest.mark.parametrize(("place", "broken"), CAMPAIGNS)
def test_CREAT_3_BILL_1_a_campaign_names_the_field_that_is_wrong(
    program: Program, place: str, broken: dict[str, Any]
) -> None:
    refused(program, "/jg/campaign/create", campaign(campaign_name="坏的") | broken, place)


@pytest.mark.parametrize(
    "name",
    ["marketing_target", "campaign_name", "placement", "promotion_target", "bidding_strategy", "optimize_target"],
)
def test_a_campaign_cannot_do_without(program: Program, name: str) -> None:
    refused(program, "/jg/campaign/create", without(campaign(), name), name)


def test_BILL_1_the_bounds_themselves_are_taken(program: Program) -> None:
    for fen in (10_000, 99_999_899):
        program.done("/jg/campaign/create", **campaign(campaign_name=f"预算 {fen}", campaign_day_budget=fen))


def test_direct_campaigns_of_both_books_need_a_link(program: Program) -> None:
    for target in (13, 23):
        body = campaign(
            campaign_name="直达", marketing_target=target, optimize_target=1, constraint_type=1, asset_event=0
        )
        refused(program, "/jg/campaign/create", without(body, "deeplink_id"), "deeplink_id")


UNITS: list[tuple[str, dict[str, Any]]] = [
    ("unit_name", {"unit_name": "名" * 51}),
    ("event_bid", {"event_bid": None}),
    ("event_bid", {"event_bid": 0}),
    ("event_bid", {"event_bid": 100_000_000}),
    ("note_ids", {"note_ids": []}),
    ("note_ids", {"note_ids": ["note-1", "note-1"]}),
    ("note_ids", {"note_ids": ["a b"]}),
    ("note-9", {"note_ids": ["note-9"]}),
    ("target_type", {"target_type": 4}),
    ("target_type", {"target_type": None}),
    ("target_config", {"target_type": 3}),
    ("target_config.target_gender", {"target_config": {"target_gender": "2"}}),
    ("target_config.target_age", {"target_config": {"target_age": "18-22#19-20"}}),
    ("target_config.target_device", {"target_config": {"target_device": "pc"}}),
    ("target_config.intelligent_expension", {"target_config": {"intelligent_expension": 2}}),
    ("target_config.keywords[0]", {"target_config": {"keywords": ["词" * 61]}}),
    ("target_config", {"target_config": {"crowd_target": {"crowd_package": [{"value": "1"}] * 6_000}}}),
    ("keyword_target_period", {"keyword_target_period": 5}),
    ("keyword_target_action[1]", {"keyword_target_action": [1, 4]}),
    ("phrase_match_type", {"keyword_with_bid": [{"keyword": "防晒", "phrase_match_type": 3}]}),
    ("keyword_with_bid[1].keyword", {"keyword_with_bid": [{"keyword": "防晒"}, {"keyword": "防晒"}]}),
    ("keyword_with_bid[0].bid", {"keyword_with_bid": [{"keyword": "防晒", "bid": -1}]}),
    ("campaign_id", {"campaign_id": 99}),
    ("campaign_id", {"campaign_id": 3}),  # a unit
]


@pytest.mark.parametrize(("place", "broken"), UNITS)
def test_a_unit_names_the_field_that_is_wrong(program: Program, place: str, broken: dict[str, Any]) -> None:
    refused(program, "/jg/unit/create", {"campaign_id": 2, **unit(unit_name="坏的")} | broken, place)


def test_a_unit_of_a_campaign_that_bids_by_itself_names_no_bid(program: Program) -> None:
    terms = campaign(
        campaign_name="最大转化",
        marketing_target=4,
        optimize_target=1,
        bidding_strategy=3,
        constraint_type=101,
        asset_event=0,
    )
    made = program.done("/jg/campaign/create", **terms)["campaign_id"]
    refused(program, "/jg/unit/create", {"campaign_id": made, **unit()}, "event_bid")
    program.done("/jg/unit/create", campaign_id=made, **unit(event_bid=None))


def test_a_bid_of_roi_is_a_percentage(program: Program) -> None:
    terms = campaign(campaign_name="ROI", marketing_target=4, optimize_target=21, constraint_type=17, asset_event=0)
    made = program.done("/jg/campaign/create", **terms)["campaign_id"]
    refused(program, "/jg/unit/create", {"campaign_id": made, **unit(event_bid=100_001)}, "%")
    program.done("/jg/unit/create", campaign_id=made, **unit(event_bid=250))


def test_a_search_campaign_needs_keywords_with_their_match_and_bid(program: Program) -> None:
    terms = campaign(
        campaign_name="搜索",
        marketing_target=4,
        placement=2,
        optimize_target=0,
        bidding_strategy=2,
        constraint_type=None,
        asset_event=0,
    )
    made = program.done("/jg/campaign/create", **terms)["campaign_id"]
    refused(program, "/jg/unit/create", {"campaign_id": made, **unit()}, "keyword_with_bid")
    words = [{"keyword": "防晒", "phrase_match_type": match, "bid": 120} for match in (0, 1, 2)]
    refused(program, "/jg/unit/create", {"campaign_id": made, **unit(keyword_with_bid=[{"keyword": "防晒"}])}, "bid")
    unit_id = program.done("/jg/unit/create", campaign_id=made, **unit(keyword_with_bid=words))["unit_id"]
    [shown] = program.done("/jg/unit/list", unit_ids=[unit_id])["unit_infos"]
    assert [(word["keyword"], word.get("phrase_match_type", 0), word["bid"]) for word in shown["keyword_with_bid"]] == [
        ("防晒", 0, 120),
        ("防晒", 1, 120),
        ("防晒", 2, 120),
    ]


CREATIVITIES: list[tuple[str, dict[str, Any]]] = [
    ("creativity_name", {"creativity_name": None}),
    ("note_id", {"note_id": None}),
    ("note-9", {"note_id": "note-9"}),
    ("title", {"title": "一二三四五六七八九十十一"}),  # 12 characters, CREAT-3
    ("bar_content", {"bar_content": "一二三四五六七"}),
    ("conversion_type", {"conversion_type": 12}),
    ("fall_back_jump_url", {"fall_back_jump_url": None}),  # LINK-1
    ("fall_back_jump_url", {"fall_back_jump_url": "javascript:alert(1)"}),
    ("app_comp_icon", {"app_comp_icon": None}),
    ("click_urls", {"click_urls": ["https://monitor.example/c"]}),
    ("expo_urls[0]", {"expo_urls": ["monitor"]}),
    ("expo_urls", {"expo_urls": ["https://monitor.example/e"] * 6}),
    ("comment", {"conversion_component_types": [0, 1]}),
    ("conversion_component_types[0]", {"conversion_component_types": [2]}),
    ("conversion_component_types", {"conversion_component_types": [0, 0]}),
    ("jump_url", {"conversion_type": 2}),
    ("bar_content", {"conversion_type": 8, "bar_content": None}),
    ("unit_id", {"unit_id": 2}),  # a campaign
]


@pytest.mark.parametrize(("place", "broken"), CREATIVITIES)
def test_CREAT_3_LINK_1_a_creativity_names_the_field_that_is_wrong(
    program: Program, place: str, broken: dict[str, Any]
) -> None:
    refused(program, "/jg/creativity/create", {"unit_id": 3, **creativity()} | broken, place)


def test_CREAT_3_the_longest_words_are_taken(program: Program) -> None:
    program.done(
        "/jg/creativity/create", unit_id=3, **creativity(title="一二三四五六七八九十一", bar_content="一二三四五六")
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/jg/campaign/status/update", {"campaign_ids": list(range(1, 22)), "action_type": 2}),
        ("/jg/unit/update/status", {"unit_ids": list(range(1, 22)), "status": 2}),
        ("/jg/creativity/status/update", {"creativity_ids": list(range(1, 22)), "action_type": 2}),
        ("/jg/creativity/status/update", {"creativity_ids": [], "action_type": 2}),
        ("/jg/creativity/search", {"creative_ids": list(range(1, 22))}),
        ("/jg/campaign/list", {"campaign_ids": list(range(1, 22))}),
        ("/jg/unit/list", {"unit_ids": list(range(1, 12))}),
        ("/jg/direct-link/create", {"direct_link_list": [{"url": DEEPLINK, "type": 1}] * 21}),
    ],
)
def test_CREAT_3_a_call_names_at_most_so_many(program: Program, path: str, body: dict[str, Any]) -> None:
    assert program.post(path, **body)["error"] == "too_many_named"


LINKS: list[tuple[str, dict[str, Any]]] = [
    ("direct_link_list[1].url", {"type": 1}),
    ("direct_link_list[1].type", {"url": DEEPLINK}),
    ("direct_link_list[1].type", {"url": DEEPLINK, "type": 3}),
    ("direct_link_list[1].url", {"url": "https://shop.example/", "type": 1}),
    ("direct_link_list[1].url", {"url": DEEPLINK, "type": 2}),
    ("direct_link_list[1].url", {"url": "sandboxshop://" + "a" * 2_048, "type": 1}),
    ("direct_link_list[1].remark_name", {"url": DEEPLINK, "type": 1, "remark_name": "名" * 101}),
]


@pytest.mark.parametrize(("place", "broken"), LINKS)
def test_of_a_list_with_one_wrong_link_none_is_kept(program: Program, place: str, broken: dict[str, Any]) -> None:
    before = program.get("/jg/direct-link/list")["data"]["total"]
    good = {"url": DEEPLINK, "type": 1}
    refused(program, "/jg/direct-link/create", {"direct_link_list": [good, broken]}, place)
    assert program.get("/jg/direct-link/list")["data"]["total"] == before


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/jg/campaign/list", {"page": {"page_index": 0}}, "page.page_index"),
        ("/jg/campaign/list", {"page": {"page_size": 1_001}}, "page.page_size"),
        ("/jg/campaign/list", {"status": 9}, "status"),
        ("/jg/campaign/list", {"start_time": "yesterday"}, "start_time"),
        ("/jg/unit/list", {"status": 3}, "status"),
        ("/jg/creativity/search", {"start_time": "2025-05-07"}, "end_time"),
        ("/jg/creativity/search", {"status": 99}, "status"),
        ("/jg/data/report/offline/account", {"time_unit": "HOUR"}, "time_unit"),
        ("/jg/data/report/offline/account", {"placement": [1]}, "placement"),
        ("/jg/data/report/offline/account", {"sort": "up"}, "sort"),
        ("/jg/data/report/offline/account", {"sort_column": "happiness"}, "sort_column"),
        ("/jg/data/report/offline/account", {"start_date": "2025-05-01", "end_date": "2025-06-01"}, "end_date"),
        ("/jg/data/report/offline/note", {"start_date": "2025-05-08", "end_date": "2025-05-07"}, "end_date"),
        ("/jg/data/report/realtime/campaign", {"page_num": 0}, "page_num"),
    ],
)
def test_a_question_that_cannot_be_answered_is_named(
    program: Program, path: str, body: dict[str, Any], place: str
) -> None:
    answer = program.post(path, **body)
    assert answer["code"] in {900400, 900501}
    assert place in answer["msg"]
