"""Whatever stands in a body, the answer is an envelope and never a 5xx: JSON of any shape, and near misses of real bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web.juguang.gate import campaign, creativity, gate, placed, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.juguang.gate import Program

POSTS: dict[str, dict[str, Any]] = {
    "/jg/direct-link/create": {"direct_link_list": [{"url": "sandboxshop://x", "type": 1}]},
    "/jg/direct-link/update": {"id": 1, "remark_name": "x"},
    "/jg/direct-link/delete": {"id": 99},
    "/jg/campaign/create": campaign(),
    "/jg/campaign/update": {"campaign_id": 2, **campaign()},
    "/jg/campaign/status/update": {"campaign_ids": [2], "action_type": 1},
    "/jg/campaign/list": {"campaign_ids": [2], "status": 6, "page": {"page_index": 1, "page_size": 20}},
    "/jg/unit/create": {"campaign_id": 2, **unit(target_config={"target_age": "all"})},
    "/jg/unit/update": {"unit_id": 3, **unit()},
    "/jg/unit/update/status": {"unit_ids": [3], "status": 1},
    "/jg/unit/list": {"unit_name": "x", "page": 1},
    "/jg/creativity/create": {"unit_id": 3, **creativity()},
    "/jg/creativity/batch/create": {"unit_id": 3, "creativity_list": [creativity()], "why": "618"},
    "/jg/account/balance/info": {},
    "/jg/account/budget/info": {},
    "/jg/account/budget/update": {"account_day_budget": 20_000, "why": "618"},
    "/jg/creativity/update": {"creativity_id": 4, **creativity()},
    "/jg/creativity/status/update": {"creativity_ids": [4], "action_type": 1},
    "/jg/creativity/search": {"creative_ids": [4], "status": 2},
    "/jg/data/report/offline/campaign": {"start_date": "2025-05-07", "time_unit": "DAY", "sort_column": "fee"},
    "/jg/data/report/realtime/unit": {"name": "x", "id": 3},
    "/conversion": {
        "event_type": 1,
        "timestamp": 1_746_583_200_000,
        "click_id": "c",
        "platform": "sandbox电商平台",
        "context": {"ad": {"callback_param": ""}, "product": {"order_id": "so-1", "pay_amount": 1}},
    },
    "/common": {"method": "aurora.leads", "version": "1.0", "timestamp": 1_746_583_200_000, "event_type": 101},
    "/app": {"event_type": 401, "conv_time": 1_746_583_200_000, "timestamp": 1_746_583_200_000, "token_code": "x"},
    "/jg/nowhere": {},
}
WORDS = st.sampled_from(["", "0", "1", "x", "中文", "\x00", "﻿", "../", "2025-05-07", "9999-12-31", "a" * 3_000])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, 1, 2, 3, 4, -1, 2**63, 2**63 - 1]),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
VALUES = st.recursive(
    LEAVES, lambda deep: st.lists(deep, max_size=3) | st.dictionaries(WORDS, deep, max_size=3), max_leaves=6
)


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with gate() as made:
        program = made.program()
        placed(program)
        yield program


def sound(program: Program, path: str, content: bytes) -> None:
    answer = program.caller.browser.send("POST", f"/api/open{path}", headers=program.headers, content=content)
    told = answer.json()
    assert answer.status_code == 200, (path, content, answer.text)
    assert told["success"] is (told["code"] == 0)
    assert told["request_id"]
    assert told["success"] or (told["msg"] and "{" not in told["msg"].split("收到")[0][:20])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(path=st.sampled_from(sorted(POSTS)), data=st.data())
def test_a_real_body_with_one_field_of_any_kind_is_answered(program: Program, path: str, data: st.DataObject) -> None:
    body: dict[str, Any] = {"advertiser_id": 1, **POSTS[path]}
    if path == "/conversion":
        del body["advertiser_id"]
    name = data.draw(st.sampled_from([*sorted(body), "more"]))
    sound(program, path, msgspec.json.encode({**body, name: data.draw(VALUES)}))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    path=st.sampled_from(sorted(POSTS)),
    content=st.binary(max_size=40) | st.sampled_from([b"[" * 3_000, b'"\\ud800"', b"{}"]),
)
def test_any_bytes_are_answered(program: Program, path: str, content: bytes) -> None:
    sound(program, path, content)


def test_a_body_beyond_the_limit_is_said_to_be_so(program: Program) -> None:
    answer = program.caller.browser.send(
        "POST", "/api/open/conversion", headers=program.headers, content=b" " * (256 * 1024 + 1)
    )
    assert (answer.status_code, answer.json()["code"]) == (200, 900414)
