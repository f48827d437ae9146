"""Which money a click is paid from: in the order that is set, in parts, and each part to whoever funded it."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.billing.api import SPEND_ORDER, GrantBeyond, Line, PurseKind, PurseUnknown, read_spend_order
from hongmao.billing.purses import purse_account, purses_beside, split
from hongmao.billing.rules import bill, legs_of
from hongmao.billing.service import Billing
from hongmao.catalog.api import NotAllowed, NothingThere, Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import DAY_MS, Window, day_of
from hongmao.ledger.api import KeyReused, PeriodClosed, name_of
from hongmao.ledger.contracts import Batch, Entry
from hongmao.ledger.rules import check
from hongmao.storage.billing import SqlBillingStore
from storage.opened import ALLIANCE_DAY, ROOT, House, house

M = MerchantId("m1")
CASH, REBATE, CREDIT, COMPENSATION = (
    purse_account(M, Line.CID, kind)
    for kind in (PurseKind.CASH, PurseKind.REBATE, PurseKind.CREDIT, PurseKind.COMPENSATION)
)
ORDERS = list(itertools.permutations(PurseKind))


def click(number: int = 1, **changes: object) -> Event:
    event = Event(
        event_id=f"e-{number}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=ALLIANCE_DAY + number,
        tenant="t1",
        merchant="m1",
        note="n1",
        link="l1",
        line="cid",
        impression=f"i-{number}",
        click_id=f"c-{number}",
        labelled=True,
        price_fen=100,
    )
    return msgspec.structs.replace(event, **changes)


def found(opened: House) -> None:
    opened.catalog.add_merchant(opened.tenant("t1"), name="商家", id="m1")


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_BILL_3_purses_are_drained_in_the_order_that_is_set(order: tuple[PurseKind, ...]) -> None:
    # Four purses of 150 fen, six clicks of 100: each purse ends in the middle of a click.
    purses = [purse_account(M, Line.CID, kind) for kind in order]
    decided = bill([click(n) for n in range(7)], paid=(), funds_fen=dict.fromkeys(purses, 150), order=order)
    taken = [(e.account.kind, -e.amount_fen) for b in decided.batches for e in b.entries if e.amount_fen < 0]
    first, second, third, last = (kind.value for kind in order)
    assert taken == [
        *[(first, 100), (first, 50), (second, 50), (second, 100)],
        *[(third, 100), (third, 50), (last, 50), (last, 100)],
    ]
    assert [charge.reason for charge in decided.charges] == [None] * 6 + ["funds_missing"]


AMOUNTS = st.integers(0, 300)


@given(st.sampled_from(ORDERS), st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), st.integers(1, 1_000))
def test_BILL_3_parts_add_up_to_the_price_and_no_later_purse_pays_before_an_earlier_one_is_empty(
    order: tuple[PurseKind, ...], holds: tuple[int, ...], price_fen: int
) -> None:
    purses = [purse_account(M, Line.CID, kind) for kind in order]
    funds = dict(zip(purses, holds, strict=True))
    paid = {part.purse: part.amount_fen for part in split(purses, funds, price_fen)}
    if sum(holds) < price_fen:
        assert not paid
        return
    assert sum(paid.values()) == price_fen
    # The oracle goes fen by fen: each comes from the first purse that still has one.
    fens = [purse for purse in purses for _ in range(funds[purse])][:price_fen]
    assert paid == {purse: fens.count(purse) for purse in set(fens)}


def test_BILL_2_each_part_keeps_its_funder_and_a_charge_names_the_largest() -> None:
    funds = {COMPENSATION: 20, REBATE: 20, CREDIT: 10, CASH: 50}
    decided = bill([click()], paid=(), funds_fen=funds)
    (batch,) = decided.batches
    check(batch)
    assert [(e.account.owner, e.account.kind, e.account.funder, e.amount_fen) for e in batch.entries] == [
        ("m1", "compensation", "community", -20),
        ("@community", "revenue", "community", 20),
        ("m1", "rebate", "community", -20),
        ("@community", "revenue", "community", 20),
        ("m1", "credit", "agency", -10),
        ("@community", "revenue", "agency", 10),
        ("m1", "cash", "merchant", -50),
        ("@community", "revenue", "merchant", 50),
    ]
    assert decided.charges[0].funder == "merchant"
    # Two parts alike: the one that was spent first.
    assert bill([click()], paid=(), funds_fen={REBATE: 50, CASH: 50}).charges[0].funder == "community"


def test_article_row_31_ten_thousand_on_each_line_goes_by_its_own_way_and_both_sum_to_zero() -> None:
    with house() as opened:
        found(opened)
        opened.billing.top_up(ROOT, M, "cid", 10_000_00, "cid")
        opened.billing.top_up(ROOT, M, "ud", 10_000_00, "ud")
        clicks = [click(n, line=line, price_fen=5_000_00) for n, line in enumerate(("cid", "ud", "ud", "cid"))]
        opened.billing.absorb([Logged(n, one) for n, one in enumerate(clicks, start=1)])
        balances = {name_of(line.account): line.balance_fen for line in opened.ledger.trial_balance()}
        assert balances == {
            # CID: merchant -> community.
            "@outside/cash/cid/merchant": -10_000_00,
            "m1/cash/cid/merchant": 0,
            "@community/revenue/cid/merchant": 10_000_00,
            # UD: merchant -> Alibaba -> community.
            "@outside/cash/ud/alibaba": -10_000_00,
            "m1/cash/ud/alibaba": 0,
            "@alibaba/income/ud/alibaba": 10_000_00,
            "@alibaba/media/ud/alibaba": -10_000_00,
            "@community/revenue/ud/alibaba": 10_000_00,
        }
        for line in ("cid", "ud"):
            assert sum(fen for name, fen in balances.items() if f"/{line}/" in name) == 0
        (batch,) = bill([clicks[1]], paid=(), funds_fen={purse_account(M, Line.UD, PurseKind.CASH): 5_000_00}).batches
        for leg in (batch.entries[:2], batch.entries[2:]):
            assert sum(entry.amount_fen for entry in leg) == 0
        assert opened.ledger.verify().balanced


def test_a_book_whose_older_clicks_have_one_leg_goes_on_with_two() -> None:
    with house() as opened:
        found(opened)
        opened.billing.top_up(ROOT, M, "ud", 300, "k")
        wallet = purse_account(M, Line.UD, PurseKind.CASH)
        (_, income), (media, goal) = legs_of(wallet)
        opened.ledger.open(goal, floor_fen=None)
        old = (Entry(account=wallet, amount_fen=-100), Entry(account=goal, amount_fen=100))
        opened.ledger.post(Batch(key="click/e-0", why="click", at_ms=ALLIANCE_DAY, entries=old))
        opened.billing.absorb([Logged(1, click(1, line="ud"))])
        assert [opened.ledger.balance(one) for one in (wallet, income, media, goal)] == [100, 100, -100, 200]
        statement = opened.billing.statement(ROOT, M, ALLIANCE_DAY, ALLIANCE_DAY + DAY_MS)
        assert statement.balanced
        assert [(m.why, m.entries, m.amount_fen) for m in statement.lines[0].movements] == [
            ("click", 2, -200),
            ("top_up", 1, 300),
        ]
        assert opened.ledger.verify().balanced


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_is_given_is_spent_before_cash_and_stands_in_the_statement_beside_it(engine: str) -> None:
    with house(engine) as opened:
        found(opened)
        opened.billing.top_up(ROOT, M, "cid", 200, "k")
        first = opened.billing.grant(ROOT, M, "rebate", 150, "k")  # a key of its own: a grant is no top-up
        again = opened.billing.grant(ROOT, M, "rebate", 150, "k")
        assert (first.duplicate, again.duplicate, first.funder) == (False, True, "community")
        wallet = opened.billing.wallet(M)
        assert wallet.balance_fen == 350
        assert [(p.kind, p.funder, p.balance_fen) for p in wallet.purses] == [
            ("rebate", "community", 150),
            ("cash", "merchant", 200),
        ]
        opened.billing.absorb([Logged(n, click(n)) for n in (1, 2, 3, 4)])
        assert [p.balance_fen for p in opened.billing.wallet(M).purses] == [0, 50]
        charge = opened.billing.charge_of("e-4")
        assert charge is not None
        assert charge.reason == "funds_missing"
        statement = opened.billing.statement(ROOT, M, 0, ALLIANCE_DAY + DAY_MS)
        assert statement.balanced
        assert {line.kind: (line.funder, line.closing_fen) for line in statement.lines} == {
            "rebate": ("community", 0),
            "cash": ("merchant", 50),
        }
        assert opened.ledger.verify().balanced


def test_another_order_is_a_setting_of_the_house() -> None:
    with house() as opened:
        found(opened)
        opened.billing.top_up(ROOT, M, "cid", 100, "k")
        opened.billing.grant(ROOT, M, "credit", 100, "k")
        order = read_spend_order("cash, credit, rebate, compensation")
        assert order is not None
        other = Billing(SqlBillingStore(opened.database), opened.ledger, opened.catalog, opened.clock, order=order)
        other.absorb([Logged(1, click(1))])
        assert [(p.kind, p.balance_fen) for p in other.wallet(M).purses] == [("cash", 0), ("credit", 100)]


@pytest.mark.parametrize(
    "text",
    [
        "cash",  # the others would be money that nobody can spend
        "cash,credit,rebate,compensation,gold",
        "cash,credit,rebate,gold",
        "cash,cash,credit,rebate,compensation",
        "cash,credit,rebate,rebate",
        "Cash,credit,rebate,compensation",
        "cash;credit;rebate;compensation",
        "",
    ],
)
def test_BILL_3_an_order_that_is_none_is_refused(text: str) -> None:
    assert read_spend_order(text) is None
    assert read_spend_order(",".join(SPEND_ORDER)) == SPEND_ORDER


def test_the_line_of_alibaba_has_cash_only() -> None:
    wallet = purse_account(M, Line.UD, PurseKind.CASH)
    assert purses_beside(wallet) == (wallet,)
    assert bill([click(line="ud")], paid=(), funds_fen={REBATE: 500, CASH: 500}).charges[0].reason == "funds_missing"


def test_only_the_house_gives_and_only_what_can_be_given() -> None:
    with house() as opened:
        found(opened)
        for kind in ("cash", "frozen", "gold", ""):
            with pytest.raises(PurseUnknown):
                opened.billing.grant(ROOT, M, kind, 1, "k")
        for fen in (0, -1, 10**10 + 1, 1.5, True, None):
            with pytest.raises(GrantBeyond):
                opened.billing.grant(ROOT, M, "rebate", fen, "k")  # type: ignore[arg-type]
        with pytest.raises(NothingThere):
            opened.billing.grant(ROOT, MerchantId("m9"), "rebate", 1, "k")
        stranger = opened.tenant("t2", Role.FINANCE)
        with pytest.raises(NotAllowed):
            opened.billing.grant(stranger, M, "rebate", 1, "k")
        assert opened.ledger.verify().entries == 0
        opened.billing.grant(ROOT, M, "rebate", 5, "k")
        for kind, fen in (("rebate", 6), ("credit", 5)):
            with pytest.raises(KeyReused):
                opened.billing.grant(ROOT, M, kind, fen, "k")


def test_BILL_8_a_click_that_comes_after_its_day_was_closed_is_posted_after_it_and_says_so() -> None:
    with house() as opened:
        found(opened)
        opened.billing.top_up(ROOT, M, "cid", 1_000, "k")
        midnight = Window.of_day(day_of(ALLIANCE_DAY)).end_ms
        opened.clock.advance(2 * DAY_MS)
        opened.ledger.close_period("2025-05-07", midnight, "root")
        closed = opened.billing.statement(ROOT, M, ALLIANCE_DAY, midnight)
        (on_its_day,) = bill([click(1)], paid=(), funds_fen={CASH: 100}).batches
        with pytest.raises(PeriodClosed):
            opened.ledger.post(on_its_day)
        opened.billing.absorb([Logged(1, click(1)), Logged(2, click(2, occurred_at_ms=midnight))])
        charge = opened.billing.charge_of("e-1")
        assert charge is not None
        assert (charge.at_ms, charge.amount_fen) == (ALLIANCE_DAY + 1, 100)  # it keeps its own instant
        assert opened.billing.statement(ROOT, M, ALLIANCE_DAY, midnight).lines == closed.lines
        (line,) = opened.billing.statement(ROOT, M, midnight, midnight + DAY_MS).lines
        assert [(m.why, m.amount_fen) for m in line.movements] == [("click", -100), ("click_late", -100)]
        assert opened.ledger.verify().balanced
