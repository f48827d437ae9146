"""What a click costs, and why it costs nothing, in the order in which that is looked for."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.billing.contracts import COMMUNITY, FUNDER, OUTSIDE, Line
from hongmao.billing.rules import bill, own_reason, top_up, wallet_account
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.errors import BadInput
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.ledger.rules import check

CID = wallet_account(MerchantId("m"), Line.CID)
UD = wallet_account(MerchantId("m"), Line.UD)
GOOD = Event(
    event_id="e-1",
    kind=Kind.COMPONENT_CLICK,
    occurred_at_ms=1_000,
    tenant="t",
    merchant="m",
    note="n",
    link="l",
    line="cid",
    impression="i-1",
    click_id="c-1",
    labelled=True,
    price_fen=120,
)


def but(**changes: object) -> Event:
    return msgspec.structs.replace(GOOD, **changes)


@pytest.mark.parametrize(
    ("click", "reason"),
    [
        # Each row breaks its rule and every rule below it.
        (but(invalid="bot", labelled=False, price_fen=0, merchant=None), "invalid:bot"),
        (but(labelled=False, price_fen=0, merchant=None), "label_not_shown"),
        (but(labelled=None, price_fen=0, merchant=None), "label_not_shown"),
        (but(invalid="label_not_shown", labelled=True), "label_not_shown"),
        (but(price_fen=0, merchant=None), "no_price"),
        (but(price_fen=None, merchant=None), "no_price"),
        (but(price_fen=-5), "no_price"),
        (but(merchant=None), "no_payer"),
        (but(line="other"), "no_payer"),
        (but(line=None), "no_payer"),
        (GOOD, None),
    ],
)
def test_BILL_7_a_click_bills_only_if_labelled_valid_and_priced(click: Event, reason: str | None) -> None:
    assert own_reason(click) == reason
    (charge,) = bill([click], paid=(), funds_fen={CID: 1_000}).charges
    assert charge.reason == reason
    assert charge.amount_fen == (120 if reason is None else 0)


def test_BILL_7_the_second_tap_of_an_impression_is_free_whichever_comes_second() -> None:
    clicks = [
        but(event_id="e-1"),
        but(event_id="e-2"),
        but(event_id="e-3", impression="i-2"),
        but(event_id="e-4", link="l2"),
    ]
    decided = bill(clicks, paid=(), funds_fen={CID: 1_000})
    assert [charge.reason for charge in decided.charges] == [None, "double_tap", None, None]
    again = bill([but(event_id="e-5")], paid={("l", "i-1")}, funds_fen={CID: 1_000})
    assert again.charges[0].reason == "double_tap"


def test_a_tap_that_was_not_paid_leaves_its_impression_to_the_next() -> None:
    clicks = [but(event_id="e-1", invalid="bot"), but(event_id="e-2")]
    assert [c.reason for c in bill(clicks, paid=(), funds_fen={CID: 120}).charges] == ["invalid:bot", None]


def test_clicks_without_an_impression_are_each_their_own() -> None:
    clicks = [but(event_id="e-1", impression=None), but(event_id="e-2", impression=None)]
    assert [c.amount_fen for c in bill(clicks, paid=(), funds_fen={CID: 1_000}).charges] == [120, 120]


def test_a_wallet_pays_to_its_last_fen_and_not_beyond() -> None:
    clicks = [but(event_id=f"e-{n}", impression=f"i-{n}") for n in range(3)]
    decided = bill(clicks, paid=(), funds_fen={CID: 240})
    assert [charge.reason for charge in decided.charges] == [None, None, "funds_missing"]
    cheaper = bill([*clicks, but(event_id="e-9", impression="i-9", price_fen=1)], paid=(), funds_fen={CID: 241})
    assert [charge.amount_fen for charge in cheaper.charges] == [120, 120, 0, 1]
    assert bill(clicks, paid=(), funds_fen={}).charges[0].reason == "funds_missing"


def test_BILL_4_money_of_one_line_never_pays_a_click_of_the_other() -> None:
    assert CID != UD
    assert bill([GOOD], paid=(), funds_fen={UD: 10_000}).charges[0].reason == "funds_missing"
    decided = bill([GOOD, but(event_id="e-2", impression="i-2", line="ud")], paid=(), funds_fen={CID: 120, UD: 120})
    assert [charge.amount_fen for charge in decided.charges] == [120, 120]
    for batch in decided.batches:
        assert len({entry.account.line for entry in batch.entries}) == 1


def test_BILL_2_every_entry_names_its_funder_and_every_posting_balances() -> None:
    decided = bill([GOOD, but(event_id="e-2", impression="i-2", line="ud")], paid=(), funds_fen={CID: 120, UD: 120})
    entered = top_up(CID, 5_000, "k", 0)
    for batch in (*decided.batches, entered):
        check(batch)
        assert {entry.account.funder for entry in batch.entries} == {FUNDER[Line(batch.entries[0].account.line)]}
    assert [charge.funder for charge in decided.charges] == ["merchant", "alibaba"]


def test_a_charge_names_what_it_is_for_and_the_posting_that_paid_it() -> None:
    (charge,) = bill([GOOD], paid=(), funds_fen={CID: 120}).charges
    assert (charge.event_id, charge.click_id, charge.link, charge.tenant, charge.note) == ("e-1", "c-1", "l", "t", "n")
    assert (charge.batch, charge.wallet, charge.at_ms) == ("click/e-1", "m/cid", 1_000)
    (free,) = bill([GOOD], paid=(), funds_fen={}).charges
    assert (free.batch, free.wallet, free.funder) == (None, None, None)


@pytest.mark.parametrize("owner", [COMMUNITY, OUTSIDE])
def test_no_merchant_can_be_called_like_one_of_the_houses_accounts(owner: str) -> None:
    with pytest.raises(BadInput):
        check_id(owner, place="id")


CLICKS = st.lists(
    st.builds(
        lambda number, impression, line, price, labelled, invalid: but(
            event_id=f"e-{number}",
            impression=impression,
            line=line,
            price_fen=price,
            labelled=labelled,
            invalid=invalid,
        ),
        st.integers(0, 10**6),
        st.sampled_from([None, "i-1", "i-2", "i-3"]),
        st.sampled_from(["cid", "ud"]),
        st.integers(0, 100),
        st.sampled_from([True, True, True, False, None]),
        st.sampled_from([None, None, None, "bot"]),
    ),
    max_size=30,
    unique_by=lambda click: click.event_id,
)


@given(CLICKS, st.integers(0, 500), st.integers(0, 500))
def test_BILL_1_spend_is_whole_fen_and_never_more_than_a_wallet_held(clicks: list[Event], cid: int, ud: int) -> None:
    decided = bill(clicks, paid=(), funds_fen={CID: cid, UD: ud})
    assert [charge.event_id for charge in decided.charges] == [click.event_id for click in clicks]
    for line, held in (("cid", cid), ("ud", ud)):
        assert 0 <= sum(charge.amount_fen for charge in decided.charges if charge.line == line) <= held
    assert all(type(charge.amount_fen) is int for charge in decided.charges)
    assert all((charge.reason is None) == (charge.amount_fen > 0) for charge in decided.charges)
    assert sum(c.amount_fen for c in decided.charges) == sum(b.entries[1].amount_fen for b in decided.batches)
