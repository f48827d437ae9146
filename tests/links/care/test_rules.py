"""What a reading means: everything told is compared, nothing untold is guessed, and each finding closes by its own fact."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.ids import LinkId, TenantId
from hongmao.links.care.contracts import Code, ItemFacts, Judgement, Outcome, Reading, Standard, Watched
from hongmao.links.care.rules import DIVERTING, EVERY_MS, FAILURES_TOLD, HOLDING, RETRY_MS, judge
from hongmao.links.contracts import Review
from links.factories import link

NOW = 1_746_583_200_000
HOME = "http://127.0.0.1:8090/shop/shop-1"
STANDARD = Standard(price_fen=29_900, shop="shop-1", category="咖啡")
RIGHT = ItemFacts(price_fen=29_900, shop="shop-1", category="咖啡", in_stock=True, on_sale=True)
WATCHED = Watched(
    link=link(),
    page_url="http://127.0.0.1:8090/item/item-1",
    home_url=HOME,
    platform_shop_id="shop-1",
    platform_item_id="item-1",
    standard=STANDARD,
    open={},
    failures=0,
    diverted=False,
)


def read(facts: ItemFacts = RIGHT, outcome: Outcome = Outcome.READ) -> Reading:
    return Reading(link=LinkId("link-1"), tenant=TenantId("tenant-1"), at_ms=NOW, outcome=outcome, facts=facts)


def judged(reading: Reading, *, home_allowed: bool = True, **changes: object) -> Judgement:
    return judge(replace(WATCHED, **changes), reading, home_allowed=home_allowed)  # type: ignore[arg-type]


def test_a_page_that_tells_what_was_agreed_changes_nothing() -> None:
    assert judged(read()) == Judgement(
        opened=(), closed=frozenset(), failures=0, next_at_ms=NOW + EVERY_MS, category=None, held=None, divert_to=None
    )


@pytest.mark.parametrize(
    ("code", "changes"),
    [(Code.PRICE, {"price_fen": 29_901}), (Code.SHOP, {"shop": "shop-2"}), (Code.CATEGORY, {"category": "酒"})],
)
def test_LABEL_4_another_price_shop_or_category_holds_the_link(code: Code, changes: dict[str, object]) -> None:
    facts = replace(RIGHT, **changes)  # type: ignore[arg-type]
    seen = judged(read(facts))
    assert [(one.code, one.found) for one in seen.opened] == [(code, str(next(iter(changes.values()))))]
    assert seen.held == code
    # While it stands it is not told again; another value is.
    again = judged(read(facts), open={code: seen.opened[0].found})
    assert (again.opened, again.closed, again.held) == ((), frozenset(), code)
    other = judged(read(facts), open={code: "something else"})
    assert ([one.code for one in other.opened], set(other.closed), other.held) == ([code], {code}, code)
    # And it goes by the fact that brought it, not by a page that says nothing of it.
    assert judged(read(ItemFacts()), open={code: "x"}).held == code
    assert judged(read(), open={code: "x"}).held is None


FACTS = st.builds(
    ItemFacts,
    price_fen=st.sampled_from([None, 29_900, 1]),
    shop=st.sampled_from([None, "shop-1", "shop-2"]),
    category=st.sampled_from([None, "咖啡", "酒"]),
    in_stock=st.sampled_from([None, True, False]),
    on_sale=st.sampled_from([None, True, False]),
)
OPEN = st.dictionaries(st.sampled_from(Code), st.sampled_from(["1", "shop-2", "酒", ""]))


@given(FACTS, st.sampled_from(Outcome), OPEN, st.integers(0, 5), st.booleans(), st.booleans())
def test_what_is_left_open_decides_what_the_link_does(
    facts: ItemFacts,
    outcome: Outcome,
    open_: dict[Code, str],
    failures: int,
    home_allowed: bool,  # noqa: FBT001 - drawn
    diverted: bool,  # noqa: FBT001 - drawn
) -> None:
    facts = facts if outcome is Outcome.READ else ItemFacts()
    seen = judged(read(facts, outcome), open=open_, failures=failures, home_allowed=home_allowed, diverted=diverted)
    assert seen.closed <= open_.keys()
    left = (open_.keys() - seen.closed) | {one.code for one in seen.opened}
    gone = bool(left & DIVERTING)
    assert (seen.divert_to is not None) == (gone and home_allowed)
    assert (seen.held is not None) == bool(left & HOLDING or (gone and not home_allowed))
    assert seen.failures == (failures + 1 if outcome is Outcome.UNREACHABLE else 0)
    assert NOW < seen.next_at_ms <= NOW + 24 * 3_600_000
    # Kept and read the same way again, nothing more is told.
    kept = {code: found for code, found in open_.items() if code not in seen.closed}
    kept |= {one.code: one.found for one in seen.opened}
    again = judged(
        read(facts, outcome), open=kept, failures=seen.failures, home_allowed=home_allowed, diverted=diverted
    )
    told = {one.code for one in again.opened}
    assert told <= ({Code.UNREACHABLE} if seen.failures < FAILURES_TOLD else set())
    assert again.closed == told & kept.keys()


def test_a_shop_that_is_down_is_tried_again_soon_and_told_of_after_three_times() -> None:
    down = read(ItemFacts(), Outcome.UNREACHABLE)
    first, second, third = (judged(down, failures=failures) for failures in range(3))
    assert [one.next_at_ms - NOW for one in (first, second, third)] == [RETRY_MS, RETRY_MS, EVERY_MS]
    assert (first.opened, second.opened) == ((), ())
    assert ([one.code for one in third.opened], third.held, third.divert_to) == ([Code.UNREACHABLE], None, None)
    up = judged(read(), failures=3, open={Code.UNREACHABLE: third.opened[0].found})
    assert (set(up.closed), up.failures) == ({Code.UNREACHABLE}, 0)


def test_an_address_that_the_list_no_longer_has_holds_and_a_redirect_is_only_told() -> None:
    assert judged(read(ItemFacts(), Outcome.NOT_ALLOWED)).held == Code.NOT_ALLOWED
    moved = judged(read(ItemFacts(), Outcome.REDIRECTED))
    assert ([one.code for one in moved.opened], moved.held) == ([Code.REDIRECTED], None)
    assert judged(read(), open={Code.REDIRECTED: ""}).closed == {Code.REDIRECTED}


@pytest.mark.parametrize("changes", [{"on_sale": False, "in_stock": None}, {"in_stock": False}])
def test_an_item_that_cannot_be_bought_leads_to_its_shop_and_rests_where_that_is_not_allowed(
    changes: dict[str, object],
) -> None:
    facts = replace(RIGHT, **changes)  # type: ignore[arg-type]
    assert judged(read(facts)).divert_to == HOME
    stranded = judged(read(facts), home_allowed=False)
    assert (stranded.divert_to, stranded.held in {Code.OFF_SHELF, Code.SOLD_OUT}) == (None, True)
    # A link that leads nowhere yet is only told of: its reviewer sees what was sent in.
    assert judged(read(facts), link=link(fallback_review=Review.PENDING)).divert_to is None


def test_the_first_category_that_is_read_is_the_one_to_keep_and_a_shop_link_has_no_item_to_compare() -> None:
    unknown = replace(STANDARD, category=None)
    assert judged(read(), standard=unknown).category == "咖啡"
    wrong = ItemFacts(price_fen=1, shop="x", category="y", on_sale=False)
    assert judged(read(wrong), link=link(item=None)).opened == ()
