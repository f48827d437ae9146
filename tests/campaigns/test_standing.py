"""What is derived is derived: one table from facts to the market's number and the reasons, and nothing of it is ever kept."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.samples import SOUND
from hongmao.campaigns.contracts import Audit, CampaignTerms, State, TimePeriod
from hongmao.campaigns.standing import REASONS, CreativityFacts, StateFacts, campaign_reasons, reasons_of, state_of
from hongmao.kernel.time import instant

NOW_MS: Final = instant("2025-05-07T10:30:00+08:00")  # a Wednesday
REST: Final = TimePeriod(wed="1" * 10 + "0" + "1" * 13)
BUDGET: Final = "100.00"

# What was set; the day's budget and what of it is spent; what the wallet and the account's day still hold; the least that
# an act costs; the days and the hour. Money is yuan, — is unknown or none. Then the market's number, and the reasons.
CAMPAIGNS: Final = """
set     budget  spent   balance account least days     hour  | state reasons
on      100.00  —       —       —       0.01  —        open  | 1
on      100.00  0.00    50.00   —       0.80  —        open  | 1
on      100.00  99.20   50.00   —       0.80  —        open  | 1
on      100.00  99.21   50.00   —       0.80  —        open  | 4     budget_spent
on      100.00  100.00  50.00   —       0.01  —        open  | 4     budget_spent
on      100.00  100.30  50.00   —       0.01  —        open  | 4     budget_spent
on      —       9999.00 50.00   —       0.80  —        open  | 1
on      100.00  —       0.80    —       0.80  —        open  | 1
on      100.00  —       0.79    —       0.80  —        open  | 5     balance_short
on      100.00  —       0.00    —       0.01  —        open  | 5     balance_short
on      100.00  0.00    50.00   0.80    0.80  —        open  | 1
on      100.00  0.00    50.00   0.79    0.80  —        open  | 7     account_spent
on      100.00  —       —       —       0.01  —        rest  | 8     hours
on      100.00  —       —       —       0.01  05-08..  open  | 8     days
on      100.00  —       —       —       0.01  ..05-06  open  | 8     days
on      100.00  —       —       —       0.01  ..05-07  open  | 1
on      100.00  —       —       —       0.01  05-07..  open  | 1
on      100.00  100.00  0.00    0.00    0.01  ..05-06  rest  | 5     balance_short account_spent budget_spent days hours
on      100.00  100.00  50.00   0.00    0.01  —        rest  | 7     account_spent budget_spent hours
on      100.00  100.00  50.00   9.00    0.01  —        rest  | 4     budget_spent hours
paused  100.00  —       —       —       0.01  —        open  | 2     by_campaign
paused  100.00  100.00  0.00    0.00    0.01  ..05-06  rest  | 2     by_campaign balance_short account_spent budget_spent days hours
deleted 100.00  100.00  0.00    0.00    0.01  ..05-06  rest  | 3     deleted
"""
# What was set of creativity, unit and campaign; the audit; the note's rights; admission; the link; the hour.
CREATIVITIES: Final = """
creativity unit    campaign audit    rights         admission held hour | reasons
on         on      on       approved —              —         —    open |
on         on      on       pending  —              —         —    open | in_review
on         on      on       rejected —              —         —    open | rejected
paused     on      on       approved —              —         —    open | paused
on         paused  on       approved —              —         —    open | by_unit
on         on      paused   approved —              —         —    open | by_campaign
on         on      on       approved not_authorised —         —    open | not_authorised
on         on      on       approved unfiled        —         —    open | unfiled
on         on      on       approved —              score     —    open | not_admitted
on         on      on       approved —              —         care open | link_held
on         on      on       approved —              —         —    rest | hours
paused paused paused pending unfiled stale care rest | paused by_unit by_campaign in_review unfiled not_admitted link_held hours
deleted    on      on       pending  unfiled        stale     care rest | deleted
on         deleted on       pending  unfiled        stale     care rest | deleted
paused     paused  deleted  pending  unfiled        stale     care rest | deleted
"""


def rows(table: str) -> list[tuple[list[str], list[str]]]:
    """Read a table: the facts, and what follows."""
    split = [line.split("|") for line in table.strip().splitlines()[1:]]
    return [(facts.split(), follows.split()) for facts, follows in split]


def fen(text: str) -> int | None:
    return None if text == "—" else int(text.replace(".", ""))


def campaign(budget: str, days: str, hour: str) -> CampaignTerms:
    first, _, last = days.partition("..")
    terms = msgspec.structs.replace(SOUND, limit_day_budget=int(budget != "—"), campaign_day_budget=fen(budget))
    if hour == "rest":
        terms = msgspec.structs.replace(terms, time_peroid_type=1, time_period=REST)
    if days == "—":
        return terms
    return msgspec.structs.replace(
        terms, time_type=1, start_time=f"2025-{first or '05-01'}", expire_time=f"2025-{last or '05-31'}"
    )


@pytest.mark.parametrize(("facts", "follows"), rows(CAMPAIGNS), ids=" ".join)
def test_a_campaign_stands_as_its_facts_say(facts: list[str], follows: list[str]) -> None:
    set_to, budget, spent, balance, account, least, days, hour = facts
    money = StateFacts(
        day_spent_fen=fen(spent),
        spendable_fen=fen(balance),
        account_day_left_fen=fen(account),
        least_fen=fen(least) or 0,
    )
    terms = campaign(budget, days, hour)
    assert state_of(State[set_to.upper()], terms, money, NOW_MS) == int(follows[0])
    told = campaign_reasons(State[set_to.upper()], terms, money, NOW_MS)
    assert [one.code for one in told] == follows[1:]


@pytest.mark.parametrize(("facts", "follows"), rows(CREATIVITIES), ids=" ".join)
def test_a_creativity_stands_as_its_facts_say(facts: list[str], follows: list[str]) -> None:
    creativity, unit, parent, audit, rights, admission, held, hour = facts
    told = reasons_of(
        CreativityFacts(
            creativity=State[creativity.upper()],
            unit=State[unit.upper()],
            campaign=State[parent.upper()],
            terms=campaign(BUDGET, "—", hour),
            audit=Audit[audit.upper()],
            rights=known(rights),
            admission=known(admission),
            held=known(held),
        ),
        NOW_MS,
    )
    assert [one.code for one in told] == follows
    assert all(one.zh and one.en for one in told)


def known(word: str) -> str | None:
    return None if word == "—" else word


def test_the_tables_show_every_reason_and_every_number() -> None:
    campaigns, creativities = rows(CAMPAIGNS), rows(CREATIVITIES)
    told = {code for _, follows in campaigns for code in follows[1:]}
    told |= {code for _, follows in creativities for code in follows}
    assert told == REASONS.keys()
    assert {int(follows[0]) for _, follows in campaigns} == {1, 2, 3, 4, 5, 7, 8}


@given(
    state=st.sampled_from(State),
    spent=st.none() | st.integers(0, 20_000),
    balance=st.none() | st.integers(0, 20_000),
    account=st.none() | st.integers(0, 20_000),
    least=st.integers(1, 1_000),
    rests=st.booleans(),
)
def test_the_number_is_the_first_reason_s_and_a_campaign_serves_when_there_is_none(
    state: State, spent: int | None, balance: int | None, account: int | None, least: int, *, rests: bool
) -> None:
    money = StateFacts(day_spent_fen=spent, spendable_fen=balance, account_day_left_fen=account, least_fen=least)
    terms = campaign(BUDGET, "—", "rest" if rests else "open")
    reasons = campaign_reasons(state, terms, money, NOW_MS)
    number = state_of(state, terms, money, NOW_MS)
    assert (number == State.ON) == (not reasons)
    if state is State.ON and reasons:
        expected = {"balance_short": 5, "account_spent": 7, "budget_spent": 4, "hours": 8}
        assert number == expected[reasons[0].code]


def test_chosen_hours_count_only_while_hours_are_chosen() -> None:
    # An update cannot take the bits away again; setting 全时段 must be enough.
    terms = msgspec.structs.replace(SOUND, time_peroid_type=0, time_period=REST)
    assert state_of(State.ON, terms, StateFacts(), NOW_MS) == 1
