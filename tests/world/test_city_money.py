"""A morning and an afternoon of the city: what its readers tapped is what its merchants paid, to the fen, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from hongmao.billing.api import Line
from hongmao.kernel.time import HOUR_MS
from hongmao.world.admission import score_of
from hongmao.world.money import MATCH_PARTS, MEMBERS, OWN_PARTS, cap_fen
from hongmao.world.spec import draw_plan
from hongmao.world.truth import Tap
from world.played import played_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.world.spec import Plan
    from world.played import PlayedCity

SEED, READERS, HOURS = 7, 150, 23


@pytest.fixture(scope="module")
def plan() -> Plan:
    return draw_plan(SEED, READERS)


@pytest.fixture(scope="module")
def city(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedCity]:
    with played_city(tmp_path_factory.mktemp("city"), plan, days=1) as city:
        city.live_until(plan.start_ms + HOURS * HOUR_MS)
        yield city


def asked(city: PlayedCity, path: str) -> dict[str, Any]:
    return dict(city.admin.must(city.admin.get(path), "GET", path).json())


def test_what_readers_tapped_at_the_agreed_prices_is_what_was_charged(city: PlayedCity, plan: Plan) -> None:
    """The city counted by itself: no charge of ours went into the truth it is held against."""
    truth, charges = city.city.truth, city.charges()
    assert truth.taps > 10
    paid = [charge for charge in charges if charge.reason is None]
    assert len(charges) == truth.taps + truth.taps_again + truth.taps_crawled
    assert sum(charge.amount_fen for charge in charges) == truth.taps_fen
    prices = {story.id: plan.price_fen(n) for n, story in enumerate(plan.stories)}
    assert all(charge.amount_fen == prices[charge.note] for charge in paid)
    assert Counter(charge.note for charge in paid) == {
        note: count for (note, tap), count in truth.tapped.items() if tap is Tap.FIRST
    }


def test_the_ledger_says_the_same_line_by_line_and_proves_it(city: PlayedCity) -> None:
    charged = Counter[str]()
    for charge in city.charges():
        charged[charge.line] += charge.amount_fen
    assert set(+charged) == {line.value for line in Line}
    clicks, matched_fen = Counter[str](), 0
    for brand in range(len(city.city.plan.brands)):
        query = f"tenant=tenant-{brand + 1}&merchant=merchant-{brand + 1}"
        statement, funding = asked(city, f"/v1/statement?{query}"), asked(city, f"/v1/funding?{query}")
        assert statement["balanced"]
        for line in statement["lines"]:
            clicks[line["line"]] -= sum(one["amount_fen"] for one in line["movements"] if one["why"] == "click")
        if brand in MEMBERS:
            matched_fen += sum(part["amount_fen"] for part in funding["parts"] if part["funder"] == "alibaba")
    (programme,) = asked(city, "/v1/coinvest")["programmes"]
    assert matched_fen == sum(member["matched_fen"] for member in programme["members"]) > 0
    assert programme["left_fen"] == cap_fen(city.city.plan) - matched_fen
    for member in programme["members"]:
        assert member["matched_fen"] == member["seen_fen"] * MATCH_PARTS // (OWN_PARTS + MATCH_PARTS)
    clicks["cid"] += matched_fen
    assert clicks == charged
    check = asked(city, "/v1/ledger/verify")
    assert check["balanced"]
    assert check["sum_fen"] == 0
    assert check["broken_seal"] is None


def test_every_shop_was_judged_and_every_ad_is_bound_and_runs(city: PlayedCity, plan: Plan) -> None:
    assert asked(city, "/v1/eligibility/stage")["stage"] == "open"
    for store in plan.stores:
        verdict = asked(city, f"/v1/shops/{store.id}/verdict?tenant=tenant-{store.brand + 1}")
        assert verdict["passes"], (store.name, verdict)
        assert verdict["status"] == ("manual" if store.platform in {"vip", "sandbox"} else "pass")
    bound = [one for n in range(4) for one in asked(city, f"/v1/bindings?tenant=tenant-{n + 1}")["bindings"]]
    assert len(bound) == sum(story.good is not None for story in plan.stories)
    assert not any(city.house.services.links.holds(link.tenant, link.id) for link in city.house.services.links.every())


def test_a_shop_in_trouble_rests_by_its_own_score(plan: Plan) -> None:
    store = plan.store("shop-3")
    below = [day for day in range(30) if float(score_of(plan, store, "composite_star", day)) < 4.5]
    assert below == [12, 13, 14]
    assert all(
        float(score_of(plan, other, "experience", day)) >= 4.5
        for other in plan.stores
        if other is not store
        for day in range(30)
    )


def test_the_same_seed_ends_in_the_same_head(city: PlayedCity, plan: Plan, tmp_path: Path) -> None:
    """Not the sums alone: every posting, its key, its instant and its place in the chain."""
    with played_city(tmp_path, plan, days=1) as again:
        again.live_until(plan.start_ms + HOURS * HOUR_MS)
        assert again.house.services.ledger.head() == city.house.services.ledger.head()
        assert again.city.truth == city.city.truth
