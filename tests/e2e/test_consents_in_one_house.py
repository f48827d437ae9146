"""A creator's consent in the whole house: what a tenant takes back is off every card and jump within five minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from e2e.one_house import AGENT, open_one_house, street
from hongmao.kernel.time import MINUTE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from e2e.one_house import OneHouse

READER: Final = {"cookie": "hm_r=r_reader_0001", "user-agent": AGENT}


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneHouse]:
    with open_one_house(tmp_path, street(("taobao",))) as house:
        yield house


def jump_of(one: OneHouse) -> str | None:
    """Open the note as a reader: where its component leads, None where it has none; its card in the feed says the same."""
    [story] = one.plan.stories
    note = one.web.must(one.web.get(f"/v1/notes/{story.id}", READER), "GET", "note").json()
    feed = one.web.must(one.web.get("/v1/feed", READER), "GET", "feed").json()
    [card] = [card for card in feed["cards"] if card["note"] == story.id]  # type: ignore[attr-defined]
    ad = note["ad"]
    assert (ad is None) == (card["ad"] is None)
    return None if ad is None else str(ad["jump_url"])  # type: ignore[index]


def leads_on(one: OneHouse, jump: str) -> bool:
    """Tap, and tell whether the phone is sent to the shop."""
    answer = one.web.get(jump, READER)
    return one.street_url in (answer.location or "") or one.street_url.encode() in answer.body


def test_CREAT_1_a_cancel_takes_a_note_off_every_card_and_jump_within_five_minutes(one: OneHouse) -> None:
    [story], [store] = one.plan.stories, one.plan.stores
    first = jump_of(one)
    assert first is not None  # while the programme only observes, no consent is asked for
    one.admin.add(f"/v1/shops/{store.id}/facts", {"category": "美妆个护"})
    seen = {"name": "experience", "value": "4.8", "observed_at": "2025-05-07", "source": "api"}
    one.admin.add(f"/v1/shops/{store.id}/scores", {"scores": [seen]})
    one.admin.add("/v1/eligibility/stage", {"stage": "open", "why": "对外开放"})
    one.pass_minutes(2)
    assert jump_of(one) is None
    assert not leads_on(one, first)

    consent = f"/v1/authorisations/{story.id}"
    given = {"tenant": "tenant-1", "state": 1, "registered": True, "until": "2025-06-20", "why": "达人已接受"}
    one.admin.add(f"{consent}/answer", given)
    one.pass_minutes(2)
    jump = jump_of(one)
    assert jump is not None
    assert leads_on(one, jump)

    one.admin.add(f"{consent}/cancel", {"tenant": "tenant-1", "why": "合作终止"})
    cancelled_ms = one.now_ms()
    while jump_of(one) is not None:
        one.pass_minutes(1)
        assert one.now_ms() - cancelled_ms <= 5 * MINUTE_MS
    assert not leads_on(one, jump)
