"""The pure rules of campaigns against oracles that are obvious: a calendar, a list of numbers, the newest verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.samples import SOUND
from hongmao.campaigns.contracts import Audit, CampaignTerms, CreativityTerms, DirectLinkTerms, TimePeriod
from hongmao.campaigns.creativity_rules import audit_of, review_of
from hongmao.campaigns.errors import BudgetOutOfRange, TermFixed, TermUnknown
from hongmao.campaigns.rules import check_campaign, serves_at
from hongmao.campaigns.service import merged
from hongmao.campaigns.vocabulary import load
from hongmao.kernel.time import SECOND_MS, SHANGHAI
from hongmao.links.contracts import Review
from links.factories import link

DAYS: Final = ("mon", "tues", "wed", "thu", "fri", "sat", "sun")
WEEKS = st.builds(TimePeriod, **dict.fromkeys(DAYS, st.none() | st.text("01", min_size=24, max_size=24)))


@given(period=WEEKS, at_s=st.integers(0, 4_102_444_800))
def test_an_hour_serves_as_a_calendar_says(period: TimePeriod, at_s: int) -> None:
    moment = datetime.fromtimestamp(at_s, SHANGHAI)
    bits = getattr(period, DAYS[moment.weekday()])
    assert serves_at(period, at_s * SECOND_MS) == (bits is None or bits[moment.hour] == "1")


@given(fen=st.integers(-1, 200_000_000))
def test_BILL_1_a_day_s_budget_is_at_least_100_yuan_and_below_999_999(fen: int) -> None:
    terms = msgspec.structs.replace(SOUND, campaign_day_budget=fen)
    if 10_000 <= fen < 99_999_900:
        check_campaign(terms)
    else:
        with pytest.raises(BudgetOutOfRange) as wrong:
            check_campaign(terms)
        assert wrong.value.params["place"] == "campaign_day_budget"


@pytest.mark.parametrize("fen", [9_999, 99_999_900])
def test_BILL_1_the_first_amounts_outside_are_refused(fen: int) -> None:
    with pytest.raises(BudgetOutOfRange):
        check_campaign(msgspec.structs.replace(SOUND, campaign_day_budget=fen))


@given(value=st.integers(-10, 150))
def test_every_number_of_an_enum_is_the_data_file_s(value: int) -> None:
    known = load().numbers("marketing_target")
    assert known == {3, 4, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21, 23}
    if value in known:
        load().check("marketing_target", value)
        assert load().word("marketing_target", value)
    else:
        with pytest.raises(TermUnknown):
            load().check("marketing_target", value)


def test_what_stays_stays_and_the_rest_is_laid_over() -> None:
    after = merged(SOUND, CampaignTerms(campaign_name="618 爆发", placement=1))
    assert after == msgspec.structs.replace(SOUND, campaign_name="618 爆发")
    with pytest.raises(TermFixed) as wrong:
        merged(SOUND, CampaignTerms(optimize_target=1))
    assert wrong.value.params == {"place": "optimize_target"}


@given(verdicts=st.lists(st.sampled_from(Review), max_size=5))
def test_LINK_2_the_newest_verdict_on_the_address_is_the_link_s(verdicts: list[Review]) -> None:
    made = [replace(link(), deeplink="shopx://item/1", deeplink_review=verdict) for verdict in verdicts]
    others = [replace(link(), deeplink="shopx://item/2", deeplink_review=Review.APPROVED)]
    told = [verdict for verdict in verdicts if verdict is not Review.PENDING]
    expected = told[-1] if told else Review.PENDING
    assert review_of(DirectLinkTerms(url="shopx://item/1", type=1), [*made, *others]) is expected


@pytest.mark.parametrize(
    ("deeplink", "fallback", "audit"),
    [
        (Review.APPROVED, Review.APPROVED, Audit.APPROVED),
        (Review.APPROVED, Review.PENDING, Audit.PENDING),
        (Review.PENDING, Review.APPROVED, Audit.PENDING),
        (Review.REJECTED, Review.PENDING, Audit.REJECTED),
        (Review.APPROVED, Review.REJECTED, Audit.REJECTED),
    ],
)
def test_LINK_2_a_creativity_is_approved_when_each_of_its_addresses_is(
    deeplink: Review, fallback: Review, audit: Audit
) -> None:
    made = replace(link(), deeplink="shopx://item/1", deeplink_review=deeplink, fallback_review=fallback)
    terms = CreativityTerms(conversion_type=11, note_id=made.note, fall_back_jump_url=made.fallback_url)
    ways = [DirectLinkTerms(url="shopx://item/1", type=1)]
    assert audit_of(terms, ways, [made])[0] is audit
    elsewhere = msgspec.structs.replace(terms, fall_back_jump_url="https://elsewhere.example/")
    assert audit_of(elsewhere, ways, [made])[0] is Audit.PENDING
    assert audit_of(msgspec.structs.replace(terms, conversion_type=0), ways, [made])[0] is Audit.PENDING
