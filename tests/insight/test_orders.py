"""Orders: one line each, net of refunds; and the trace by which each explains itself."""

from __future__ import annotations

from hongmao.billing.api import Credit
from hongmao.events.contracts import Kind
from hongmao.insight.contracts import STEP_NAMES, OrderStatus, State, SubOrderTrace, Trace
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant
from insight.stage import A, B, Stage, charge, click, delivery, order, pay, query, refund, sent_on

MAY = query("2025-05-01", "2025-05-31")


def trace_of(stage: Stage, order_id: str, platform: str | None = None) -> Trace:
    """Have an order explained to tenant A."""
    found = stage.insight.trace(A, order_id, platform)
    assert found is not None
    return found


def only(trace: Trace) -> SubOrderTrace:
    """Give the one sub-order of an order."""
    (one,) = trace.sub_orders
    return one


def test_two_items_bought_and_one_refunded_are_one_order_line_net_of_the_refund() -> None:
    # 1 May 10:00: she taps 购买同款 under the note. 11:00: she buys two items. 3 May: one goes back.
    stage = Stage(
        click("2025-05-01 10:00", "c-1"),
        order("2025-05-01 11:00", "o-1-1", "c-1"),
        order("2025-05-01 11:00", "o-1-2", "c-1", item="item-a1", pay_item="item-a2"),
        pay("2025-05-01 11:05", "o-1-1", 29_900, "c-1"),
        pay("2025-05-01 11:05", "o-1-2", 9_900, "c-1", item="item-a1", pay_item="item-a2"),
        refund("2025-05-03 09:00", "o-1-2", 9_900),
    )
    (line,) = stage.insight.orders(A, MAY)
    assert (line.platform, line.order_id, line.sub_orders) == ("sandbox", "o-1", 2)
    assert (line.paid_fen, line.refunded_fen, line.net_fen, line.partial) == (39_800, 9_900, 29_900, False)
    assert line.status is OrderStatus.PART_REFUNDED
    assert (line.note, line.note_title, line.click_id) == ("note-1", "防晒怎么选", "c-1")
    trace = trace_of(stage, "o-1")
    assert (trace.gross_fen, trace.refunded_fen, trace.net_fen) == (39_800, 9_900, 29_900)
    assert [(one.net_fen, one.status, one.direct) for one in trace.sub_orders] == [
        (29_900, OrderStatus.PAID, True),
        (0, OrderStatus.REFUNDED, False),
    ]
    assert (trace.merchant_name, trace.shop_name) == ("商家A", "店铺A")
    assert trace.sub_orders[1].title == "商品A2"


def test_promise_6_a_trace_has_eight_steps_with_facts_and_reasons_in_both_languages() -> None:
    one = click("2025-05-01 10:00", "c-1")
    bought = pay("2025-05-01 11:05", "o-1-1", 29_900, "c-1")
    stage = Stage(
        one,
        bought,
        delivery("2025-05-01 11:06", "nonce-1", (bought, "accepted", None)),
        delivery("2025-05-01 11:09", "nonce-2", (bought, "duplicate", None)),
        charges=[charge(one)],
    )
    trace = only(trace_of(stage, "o-1"))
    assert tuple(name for name, _ in trace.steps) == STEP_NAMES
    assert [step.state for _, step in trace.steps] == [State.DONE] * 6 + [State.NOT_CONFIGURED, State.DONE]
    assert [(one.batch, one.outcome) for one in trace.received.deliveries] == [
        ("rtb:nonce-1", "accepted"),
        ("rtb:nonce-2", "duplicate"),
    ]
    assert trace.verified.account == "account-a"
    assert (trace.deduped.duplicates, trace.deduped.superseded) == (1, 0)
    assert (trace.matched.click_id, trace.matched.verdict, trace.matched.elapsed_ms) == (
        "c-1",
        "valid",
        HOUR_MS + 5 * 60_000,
    )
    assert trace.matched.click is not None
    assert (trace.matched.click.note, trace.matched.click.link, trace.matched.click.labelled) == (
        "note-1",
        "link-1",
        True,
    )
    assert (trace.billed.charge_fen, trace.billed.batch, trace.billed.wallet) == (50, "click/clk:c-1", "merchant-a/cid")
    assert (trace.billed.line, trace.billed.funder) == ("cid", "merchant")
    assert trace.answered.outcomes == ("accepted", "duplicate")
    for _, step in trace.steps:
        assert step.sentence.zh
        assert step.sentence.en
        assert step.sentence.zh != step.sentence.en


def test_promise_6_what_was_sent_on_stands_on_the_order_with_how_it_ended_last() -> None:
    bought = pay("2025-05-01 11:05", "o-1-1", 29_900, "c-1")
    stage = Stage(
        click("2025-05-01 10:00", "c-1"),
        bought,
        sent_on("2025-05-01 11:20", bought, "delivered", attempts=3, answer="ok"),
        sent_on("2025-05-01 12:05", bought, "dead", target="meta", reason="deadline"),
        # 2 May: somebody replays the dead letter, and it is taken: its later end is the one that counts.
        sent_on("2025-05-02 09:00", bought, "delivered", target="meta", version=2),
    )
    step = only(trace_of(stage, "o-1")).sent_on
    assert step.state is State.DONE
    assert [(way.target, way.outcome, way.attempts, way.reason) for way in step.ways] == [
        ("juguang", "delivered", 3, None),
        ("meta", "delivered", 1, None),
    ]


def test_a_loss_on_the_way_to_a_media_is_said_as_one() -> None:
    bought = pay("2025-05-01 11:05", "o-1-1", 29_900, "c-1")
    stage = Stage(
        click("2025-05-01 10:00", "c-1"), bought, sent_on("2025-05-01 12:05", bought, "dead", reason="deadline")
    )
    step = only(trace_of(stage, "o-1")).sent_on
    assert step.state is State.FAILED
    assert step.sentence.zh == "juguang 未能送达"
    assert [way.reason for way in step.ways] == ["deadline"]


def test_every_definition_and_window_says_who_won_and_why_the_others_did_not() -> None:
    stage = Stage(
        click("2025-04-25 10:00", "c-0", note="note-2", link="link-2"),
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-01 10:30", "c-2", invalid="bot"),
        pay("2025-05-01 11:00", "o-1-1", 29_900, "c-0"),
    )
    trace = only(trace_of(stage, "o-1"))
    assert trace.matched.click_id == "c-0"  # what came back; the last click takes the credit all the same
    by = {(one.definition.id, one.window): one for one in trace.credited.credits}
    names = list(dict.fromkeys(name for name, _ in by))
    assert (names[0], names[1:]) == ("last_click", sorted(names[1:])), "what reports show stands first"
    assert {"first_click", "linear_click", "position_click", "decay_click"} <= set(names)
    assert list(by) == [(name, window) for name in names for window in ("24h", "7d", "15d", "30d")]
    last = by["last_click", "15d"]
    assert last.winner is not None
    assert (last.winner.note_title, last.gross_fen, last.won) == ("防晒怎么选", 29_900, True)
    assert [(one.click_id, one.reason) for one in last.candidates] == [
        ("c-2", "click_invalid"),
        ("c-1", "last_in_window"),
        ("c-0", "later_touch_won"),
    ]
    first = by["first_click", "15d"].winner
    assert first is not None
    assert first.note == "note-2"
    # 26 April is more than a day before: over 24 h the touches that share are one, over 15 d they are two.
    shared = {(one.click_id, one.credit_millionths, one.gross_fen) for one in by["linear_click", "15d"].candidates}
    assert shared == {("c-2", 0, 0), ("c-1", 500_000, 14_950), ("c-0", 500_000, 14_950)}
    assert {one.reason for one in by["linear_click", "24h"].candidates if one.click_id == "c-0"} == {"outside_window"}


def test_ATTR_4_an_order_that_another_media_claims_too_says_so_and_leaves_the_deduplicated_total() -> None:
    # 1 May 10:02: she taps under note N. 7 May 14:50, 6.2 days later: she pays, the link's own click id comes back, and the
    # platform says that another media claims the order as well.
    tapped = click("2025-05-01 10:02", "c-1")
    bought = pay("2025-05-07 14:50", "o-1-1", 29_900, "c-1", click_by="sync", claimed_elsewhere=True)
    stage = Stage(tapped, bought, refund("2025-05-09 10:00", "o-1-1", 9_900))
    step = only(trace_of(stage, "o-1")).credited
    assert (step.claimed_elsewhere, step.once, step.click_by) == (True, False, "sync")
    assert [(one.click_id, one.by, one.followed, one.reason) for one in step.claims] == [
        ("c-1", "sync", True, "click_followed")
    ]
    assert "also claimed elsewhere, so the deduplicated total leaves it out" in step.sentence.en
    assert "不计入去重合计" in step.sentence.zh
    by_window = {one.window: one for one in step.credits if one.definition.id == "last_click"}
    (touch,) = by_window["7d"].candidates
    assert (touch.note_title, touch.won, touch.own, touch.at_ms) == ("防晒怎么选", True, True, tapped.occurred_at_ms)
    assert (touch.credit_millionths, touch.gross_fen, touch.net_fen) == (1_000_000, 29_900, 20_000)
    assert round((bought.occurred_at_ms - touch.at_ms) / DAY_MS, 1) == 6.2
    assert [one.reason for one in by_window["24h"].candidates] == ["outside_window"]
    # It counts (ATTR-4 flags and never deletes), and the total of what nobody else claims is without it.
    whole = stage.insight.attribution(A, query("2025-05-01", "2025-05-31", window="7d")).columns[0].whole
    assert (whole.credit_millionths, whole.net_fen, whole.once_millionths) == (1_000_000, 20_000, 0)


def test_ATTR_3_every_click_id_that_came_back_is_shown_with_why_it_was_followed_or_not() -> None:
    stage = Stage(
        click("2025-05-01 10:00", "c-1"),
        click("2025-05-01 11:00", "c-2", reader="reader-2"),
        order("2025-05-01 12:00", "o-1-1", "c-2", click_by="async"),
        pay("2025-05-01 12:01", "o-1-1", 29_900, "c-1", click_by="sync"),
    )
    step = only(trace_of(stage, "o-1")).credited
    assert [(one.click_id, one.by, one.followed, one.sentence.en) for one in step.claims] == [
        ("c-1", "sync", True, "this click id was followed"),
        ("c-2", "async", False, "another click id goes before it"),
    ]


def test_an_order_that_nobody_else_claims_is_not_said_to_be() -> None:
    step = only(trace_of(Stage(click("2025-05-01 10:00", "c-1"), pay("2025-05-01 11:00", "o-1-1", 1, "c-1")), "o-1"))
    assert (step.credited.claimed_elsewhere, step.credited.once) == (None, True)
    assert "claimed" not in step.credited.sentence.en


def test_an_order_without_a_click_of_ours_says_so() -> None:
    direct = pay("2025-05-01 11:00", "o-1-1", 100, None)
    forged = pay("2025-05-01 11:00", "o-2-1", 100, "forged-token")
    stage = Stage(
        direct, forged,
        delivery("2025-05-01 11:01", "n-1", (direct, "unmatched", "no_click_id"), (forged, "unmatched", "forged")),
    )  # fmt: skip
    found = {order_id: only(trace_of(stage, order_id)) for order_id in ("o-1", "o-2")}
    assert [(one.matched.verdict, one.matched.state) for one in found.values()] == [
        ("no_click_id", State.NONE),
        ("forged", State.FAILED),
    ]
    assert [one.credited.state for one in found.values()] == [State.NONE, State.NONE]
    assert [one.billed.charge_fen for one in found.values()] == [None, None]
    assert [line.note_title for line in stage.insight.orders(A, MAY)] == ["—", "—"]


def test_a_charge_that_was_given_back_stands_as_it_was_with_the_credit_beside_it() -> None:
    tapped = click("2025-05-01 10:00", "c-1")
    paid, charged = pay("2025-05-01 11:00", "o-1-1", 1, "c-1"), charge(tapped)
    credit = Credit(
        event_id=charged.event_id, tenant=charged.tenant, merchant=MerchantId("merchant-a"), note="note-1", amount_fen=50,
        compensated_fen=0, reason="invalid_traffic", remark="", by="root", at_ms=instant("2025-05-09T10:00:00+08:00"),
    )  # fmt: skip
    plain = only(trace_of(Stage(tapped, paid, charges=[charged]), "o-1")).billed
    assert (plain.credited_fen, plain.credited_at_ms) == (None, None)
    billed = only(trace_of(Stage(tapped, paid, charges=[charged], given_back=[credit]), "o-1")).billed
    assert (billed.charge_fen, billed.batch, billed.credited_fen) == (plain.charge_fen, plain.batch, 50)
    assert billed.credited_at_ms == credit.at_ms
    assert (billed.sentence.zh, billed.sentence.en) == (
        f"{plain.sentence.zh}；已冲正 0.50 元", f"{plain.sentence.en}; 0.50 yuan of it were given back since",
    )  # fmt: skip


def test_a_click_that_cost_nothing_says_why_and_one_not_billed_yet_waits() -> None:
    unlabelled, fresh = (
        click("2025-05-01 10:00", "c-1", labelled=False),
        click("2025-05-01 10:00", "c-2", reader="reader-2"),
    )
    stage = Stage(
        unlabelled, fresh, pay("2025-05-01 11:00", "o-1-1", 1, "c-1"), pay("2025-05-01 11:00", "o-2-1", 1, "c-2"),
        charges=[charge(unlabelled, 0, "label_not_shown")],
    )  # fmt: skip
    billed = only(trace_of(stage, "o-1")).billed
    assert (billed.charge_fen, billed.reason, billed.state) == (0, "label_not_shown", State.NONE)
    assert "广告" in billed.sentence.zh
    assert only(trace_of(stage, "o-2")).billed.state is State.WAITING


def test_an_order_that_is_not_paid_waits_for_its_credit() -> None:
    stage = Stage(click("2025-05-01 10:00", "c-1"), order("2025-05-01 11:00", "o-1-1", "c-1"))
    trace = trace_of(stage, "o-1")
    assert (trace.status, trace.gross_fen, trace.net_fen) == (OrderStatus.PLACED, None, None)
    assert only(trace).credited.state is State.WAITING
    (line,) = stage.insight.orders(A, MAY)
    assert (line.paid_fen, line.refunded_fen, line.net_fen) == (None, 0, None)


def test_the_same_number_on_two_platforms_is_two_orders() -> None:
    stage = Stage(
        click("2025-05-01 10:00", "c-1"),
        pay("2025-05-01 11:00", "o-1-1", 100, "c-1"),
        pay("2025-05-02 11:00", "o-1-1", 700, None, platform="shopx", source="shopx"),
    )
    assert [(line.platform, line.paid_fen, line.note) for line in stage.insight.orders(A, MAY)] == [
        ("shopx", 700, None),
        ("sandbox", 100, "note-1"),
    ]
    first, other = trace_of(stage, "o-1"), trace_of(stage, "o-1", "shopx")
    assert (first.platform, first.gross_fen, first.also_on) == ("sandbox", 100, ("shopx",))
    assert (other.platform, other.gross_fen, other.also_on) == ("shopx", 700, ("sandbox",))
    assert only(other).matched.verdict == "no_click_id"
    assert stage.insight.trace(A, "o-1", "nowhere") is None


def test_the_same_number_of_two_tenants_shows_each_its_own() -> None:
    theirs = {"tenant": B, "merchant": "merchant-b", "shop": "shop-b", "platform": "shopb"}
    stage = Stage(pay("2025-05-01 11:00", "o-1-1", 100, None), pay("2025-05-01 11:00", "o-1-1", 700, None, **theirs))
    assert trace_of(stage, "o-1").gross_fen == 100
    assert trace_of(stage, "o-1").also_on == ()
    other = stage.insight.trace(B, "o-1")
    assert other is not None
    assert other.gross_fen == 700
    assert stage.insight.whose("o-1") == ((A, "sandbox"), (B, "shopb"))


def test_a_corrected_row_replaces_the_first_and_both_stay_to_be_seen() -> None:
    first, second = (
        pay("2025-05-01 11:00", "o-1-1", 100, "c-1"),
        pay("2025-05-01 11:00", "o-1-1", 700, "c-1", version=2),
    )
    stage = Stage(click("2025-05-01 10:00", "c-1"), second, first)
    trace = only(trace_of(stage, "o-1"))
    assert (trace.gross_fen, trace.deduped.superseded) == (700, 1)
    assert sorted((act.version, act.superseded) for act in trace.received.acts) == [(1, True), (2, False)]


def test_acts_are_told_as_they_happened_and_within_an_instant_as_an_order_goes() -> None:
    when = "2025-05-01 11:00"
    stage = Stage(refund("2025-05-02 11:00", "o-1-1", 1), pay(when, "o-1-1", 1, None), order(when, "o-1-1", None))
    assert [act.kind for act in only(trace_of(stage, "o-1")).received.acts] == ["order", "pay", "refund"]


def test_unknown_amounts_leave_the_line_partial_or_unknown() -> None:
    stage = Stage(
        pay("2025-05-01 11:00", "o-1-1", None, None),
        pay("2025-05-01 11:00", "o-2-1", 100, None),
        pay("2025-05-01 11:00", "o-2-2", None, None),
        pay("2025-05-01 11:00", "o-3-1", 100, None),
        refund("2025-05-01 12:00", "o-3-1", None),
    )
    lines = {
        line.order_id: (line.paid_fen, line.refunded_fen, line.net_fen, line.partial)
        for line in stage.insight.orders(A, MAY)
    }
    assert lines == {"o-1": (None, 0, None, True), "o-2": (100, 0, 100, True), "o-3": (100, None, None, True)}


def test_a_presale_is_worth_its_deposit_until_the_balance_holds_the_whole() -> None:
    deposit = pay("2025-05-26 10:00", "o-1-1", 5_000, "c-1", kind=Kind.PRESALE_DEPOSIT)
    balance = pay("2025-06-18 10:00", "o-1-1", 50_000, "c-1", kind=Kind.PRESALE_BALANCE)
    one = click("2025-05-26 09:00", "c-1")
    early, late = trace_of(Stage(one, deposit), "o-1"), trace_of(Stage(one, balance, deposit), "o-1")
    assert (early.status, early.gross_fen) == (OrderStatus.DEPOSIT, 5_000)
    assert (late.status, late.gross_fen) == (OrderStatus.PAID, 50_000)


def test_the_list_is_of_the_range_newest_first_and_no_longer_than_asked() -> None:
    stage = Stage(*(pay(f"2025-05-{n:02d} 11:00", f"o-{n}-1", n, None) for n in range(1, 11)))
    assert [line.order_id for line in stage.insight.orders(A, query("2025-05-03", "2025-05-05"))] == [
        "o-5",
        "o-4",
        "o-3",
    ]
    assert [line.order_id for line in stage.insight.orders(A, MAY, limit=2)] == ["o-10", "o-9"]
    assert stage.insight.orders(A, MAY, limit=-1) == ()
    assert stage.insight.orders(A, MAY, merchant="merchant-b") == ()  # type: ignore[arg-type]
