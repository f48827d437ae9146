"""Thirty days of a small city with merchants and money, over the change of a month: every fen is accounted for.

    7 May   admission opens, campaigns are placed      19-21 May  a shop's scores fall, its ads rest
    26 May  a creator's consent ends                   2 June     May is closed
    17 May  creators' orders are paid out              5 June     the last day

Four items cost so much a click that one click spends their campaign's day; every morning the finance desk gives back
the clicks behind orders that were found out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from hongmao.billing.api import OVERSPEND_FEN, Line
from hongmao.cli.city_money import city_money
from hongmao.cli.ledger import OPERATOR
from hongmao.cli.main import root
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import HOUR_MS, Window, day_of, instant
from hongmao.world.money import BROKEN_OFF, CREATORS_MONEY_FEN, cap_fen
from hongmao.world.spec import PRICES_FEN, draw_plan
from hongmao.world.truth import Tap
from world.played import played_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.billing.api import Charge, Credit
    from hongmao.world.spec import Plan
    from world.played import PlayedCity

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7_200)]
DAYS, READERS, SEED = 30, 60, 7
DEAR_FEN: Final = 60_00
DEAR: Final = (8, 9, 12, 13)
"""Places among the goods of those whose click costs more than half the least day budget; both lines have some."""
NOT_DUE: Final = frozenset({"invalid:bot", "invalid:repeat_tap", "double_tap"})
JUNE = instant("2025-06-01T00:00:00+08:00")
FAR_MS: Final = 4_102_444_800_000
CLOSING = instant("2025-06-02T12:00:00+08:00")
"""An hour after the finance desk has closed May."""


@dataclass(frozen=True, slots=True)
class Month:
    """A city after its thirty days, with what was written down as May was closed, and what rested on some days."""

    city: PlayedCity
    charges: Sequence[Charge]
    statements: dict[str, dict[str, Any]]
    head_of_may: str
    held: dict[str, dict[str, set[str]]]
    """By day and link: the sources that held it at eight in the evening."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    plan = draw_plan(SEED, READERS)
    prices = [DEAR_FEN if good in DEAR else PRICES_FEN[good % len(PRICES_FEN)] for good in range(len(plan.goods))]
    return replace(plan, prices_fen=tuple(prices))


@pytest.fixture(scope="module")
def month(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    with played_city(tmp_path_factory.mktemp("city"), plan, days=DAYS) as city:
        held = {}
        for day in range(26):
            city.live_until(plan.start_ms + day * 24 * HOUR_MS + 20 * HOUR_MS)
            held[day_of(city.house.services.clock.now_ms()).isoformat()] = holds(city)
        city.live_until(CLOSING)
        (closed,) = city.house.services.ledger.closes()
        statements = drawn(city)
        city.days(DAYS, progress=lambda _hours: None)
        yield Month(city, city.charges(), statements, closed.head_hash, held)


def holds(city: PlayedCity) -> dict[str, set[str]]:
    links = city.house.services.links
    found = {link.id: {one.source.value for one in links.holds(link.tenant, link.id)} for link in links.every()}
    return {link: sources for link, sources in found.items() if sources}


def drawn(city: PlayedCity) -> dict[str, dict[str, Any]]:
    """Draw every merchant's statement of May."""
    found = {}
    for n in range(1, 5):
        query = f"tenant=tenant-{n}&merchant=merchant-{n}&from=2025-05-01&to=2025-06-01"
        found[f"merchant-{n}"] = asked(city, f"/v1/statement?{query}")
    return found


def credits_of(month: Month, plan: Plan) -> Sequence[Credit]:
    """List what was given back to every merchant."""
    listed = month.city.house.services.billing.credits.listed
    merchants = [MerchantId(f"merchant-{n + 1}") for n in range(len(plan.brands))]
    return [credit for merchant in merchants for credit in listed(OPERATOR, merchant, 0, FAR_MS)]


def asked(city: PlayedCity, path: str) -> dict[str, Any]:
    return dict(city.admin.must(city.admin.get(path), "GET", path).json())


def test_the_ledger_proves_itself_and_the_command_says_so(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    check = month.city.house.services.ledger.verify(month.head_of_may)
    assert check.balanced
    assert check.head_known
    assert (check.sum_fen, check.broken_seal) == (0, None)
    for name, value in month.city.environ.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(root, ["ledger", "verify", "--head", month.head_of_may])
    assert done.exit_code == 0, done.output
    assert "ledger balanced" in done.output
    assert check.head in done.output


def test_what_readers_tapped_is_what_was_charged_and_what_was_not_and_why(month: Month, plan: Plan) -> None:
    """The city's own count against the house's charges: each tap once, each price to the fen."""
    truth, prices = month.city.city.truth, {story.id: plan.price_fen(n) for n, story in enumerate(plan.stories)}
    assert len(month.charges) == truth.taps + truth.taps_again + truth.taps_crawled
    reasons = Counter(charge.reason for charge in month.charges)
    assert reasons["invalid:bot"] == truth.taps_crawled > 0
    assert reasons["invalid:repeat_tap"] + reasons["double_tap"] == truth.taps_again > 0
    due = [charge for charge in month.charges if charge.reason not in NOT_DUE]
    assert Counter(charge.note for charge in due) == {
        note: count for (note, tap), count in truth.tapped.items() if tap is Tap.FIRST
    }
    charged_fen = sum(charge.amount_fen for charge in due)
    unpaid_fen = sum(prices[charge.note] for charge in due if charge.reason is not None)
    assert truth.taps_fen == charged_fen + unpaid_fen
    assert all(charge.amount_fen == prices[charge.note] for charge in due if charge.reason is None)
    assert sum(charge.amount_fen for charge in month.charges) == charged_fen


def test_both_lines_spent_and_the_wallets_say_where_it_went(month: Month, plan: Plan) -> None:
    services = month.city.house.services
    charged = Counter[str]()
    for charge in month.charges:
        charged[charge.line] += charge.amount_fen
    assert min(charged[line.value] for line in Line) > 0
    spent = Counter[str]()
    for spend in services.billing.spend(None, Window(0, plan.start_ms + 40 * 24 * HOUR_MS)):
        spent[spend.line] += spend.amount_fen
    assert spent == charged
    funded_fen = 0
    for n in range(1, len(plan.brands) + 1):
        funding = asked(month.city, f"/v1/funding?tenant=tenant-{n}&merchant=merchant-{n}")
        funded_fen += funding["total_fen"]
    assert funded_fen == charged.total()


def test_the_programme_paid_up_to_its_cap_and_no_fen_more(month: Month, plan: Plan) -> None:
    (programme,) = asked(month.city, "/v1/coinvest")["programmes"]
    matched_fen = sum(member["matched_fen"] for member in programme["members"])
    assert matched_fen + programme["left_fen"] == cap_fen(plan)
    assert 0 < matched_fen <= cap_fen(plan)
    # What is left is what came back with a click that was given back, and met no other since.
    assert programme["left_fen"] <= sum(credit.amount_fen for credit in credits_of(month, plan))


def test_a_closed_month_prints_again_as_it_was(month: Month) -> None:
    again = drawn(month.city)
    assert again == month.statements
    assert all(statement["balanced"] for statement in again.values())
    clicks = [
        movement
        for statement in again.values()
        for line in statement["lines"]
        for movement in line["movements"]
        if movement["why"] == "click"
    ]
    assert clicks
    (close,) = month.city.house.services.ledger.closes()
    assert (close.period, close.before_ms) == ("2025-05", JUNE)
    in_may = sum(charge.amount_fen for charge in month.charges if charge.at_ms < JUNE)
    assert 0 < in_may < sum(charge.amount_fen for charge in month.charges)


def test_orders_came_back_and_the_summary_says_the_same(month: Month) -> None:
    services = month.city.house.services
    report = services.insight.city_report()
    assert report["refunds"] > 0  # type: ignore[operator]
    money: Any = city_money(services, report)
    assert money["verified"]
    assert money["lines"]["cid"]["refunded_fen"] > 0
    charged = Counter[str]()
    for charge in month.charges:
        charged[charge.line] += charge.amount_fen
    assert {line: figures["charged_fen"] for line, figures in money["lines"].items()} == dict(charged)
    assert money["lines"]["cid"]["matched_fen"] > 0
    assert money["lines"]["ud"]["matched_fen"] == 0


def test_what_must_not_serve_rested_while_it_must_not(month: Month, plan: Plan) -> None:
    """A shop below the manual's score, a note whose creator has taken it back, a campaign whose day is spent."""
    troubled = {
        f"link-{n + 1:03d}" for n, story in enumerate(plan.stories) if story.good and story.good.shop == "shop-3"
    }
    by_score = {
        day for day, found in month.held.items() if any("admission" in found.get(link, ()) for link in troubled)
    }
    assert by_score == {"2025-05-19", "2025-05-20", "2025-05-21"}
    by_consent = {day for day, found in month.held.items() if "authorisation" in found.get("link-004", ())}
    assert min(by_consent) == "2025-05-27"
    by_budget = defaultdict(set)
    for day, found in month.held.items():
        for link, sources in found.items():
            if "campaign" in sources:
                by_budget[link].add(day)
    dear = {f"link-{good + 1:03d}" for good in DEAR}
    assert by_budget
    assert set(by_budget) <= dear
    for link, days in by_budget.items():
        spent = {day_of(one.at_ms).isoformat() for one in month.charges if one.link == link and one.amount_fen}
        assert days <= spent


def test_a_day_costs_its_budget_at_most_and_what_stands_above_is_given_back(month: Month, plan: Plan) -> None:
    days = defaultdict(list)
    for charge in month.charges:
        if charge.amount_fen:
            assert charge.campaign is not None
            days[charge.campaign, day_of(charge.at_ms)].append(charge)
    assert len({campaign for campaign, _ in days}) > len(DEAR)
    for mine in days.values():
        gross_fen, back_fen = sum(one.amount_fen for one in mine), sum(one.compensated_fen for one in mine)
        assert gross_fen <= plan.day_budget_fen + OVERSPEND_FEN
        assert back_fen == max(0, gross_fen - plan.day_budget_fen)


def test_clicks_behind_faked_orders_are_given_back_each_once(month: Month, plan: Plan) -> None:
    """Nothing else is: the finance desk learns of orders by their number and of clicks by the orders' trace."""
    given, charges = credits_of(month, plan), {charge.event_id: charge for charge in month.charges}
    assert 0 < len(given) <= month.city.city.truth.orders_faked
    for credit in given:
        charge = charges[credit.event_id]
        assert credit.reason == "invalid_traffic"
        assert credit.amount_fen + credit.compensated_fen == charge.amount_fen > 0
    back = Counter[str]()
    for n in range(1, len(plan.brands) + 1):
        statement = asked(month.city, f"/v1/statement?tenant=tenant-{n}&merchant=merchant-{n}")
        for line in statement["lines"]:
            back[f"merchant-{n}"] += sum(one["amount_fen"] for one in line["movements"] if one["why"] == "credit")
    by_merchant = Counter[str]()
    for credit in given:
        by_merchant[credit.merchant] += credit.amount_fen
    # A member's clicks were paid in part by the programme, which gets that part back.
    assert all(0 < back[merchant] <= fen for merchant, fen in by_merchant.items())
    assert all(back[merchant] == by_merchant[merchant] for merchant in ("merchant-3", "merchant-4"))
    money: Any = city_money(month.city.house.services, month.city.house.services.insight.city_report())
    assert money["lines"]["cid"]["credited_fen"] == by_merchant.total()


def test_creators_were_paid_and_fees_are_owed(month: Month, plan: Plan) -> None:
    booked_fen = 0
    for n in range(1, len(plan.brands) + 1):
        query = f"tenant=tenant-{n}&merchant=merchant-{n}"
        found = asked(month.city, f"/v1/creator-orders?{query}")
        (order,) = found["orders"]
        released = n - 1 != BROKEN_OFF
        assert order["state"] == ("released" if released else "cancelled")
        assert found["wallet"]["frozen_fen"] == 0
        paid_fen = order["price_fen"] + order["fee_fen"] if released else 0
        assert found["wallet"]["balance_fen"] == CREATORS_MONEY_FEN - paid_fen
        costs = asked(month.city, f"/v1/true-cost?{query}")["notes"]
        assert sum(cost["creator_fen"] + cost["fee_fen"] for cost in costs) == paid_fen
        booked_fen += sum(one["booked_fen"] for one in asked(month.city, f"/v1/fees?{query}")["fees"])
    assert booked_fen > 0
