"""Whatever is done with money, in whatever order and however often: the books balance, and each limit is one.

Acts of a town are drawn one after the other, an auditor looks after each, and in the end all of them are done from the start
in another town: it has to come to the same heads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from billing.money_machine import MoneyMachine
from hongmao.billing import crediting, feeing, fees, rules, service
from hongmao.billing import credits as credits_
from hongmao.ledger import posting

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.ledger.api import Batch

RUNS = 300
"""Within which a broken rule has to be found."""


def test_whatever_is_done_with_money_the_books_balance() -> None:
    run_state_machine_as_test(MoneyMachine, settings=settings(max_examples=100, stateful_step_count=25))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whatever_is_done_with_money_ten_thousand_times_the_books_balance() -> None:
    run_state_machine_as_test(MoneyMachine, settings=settings(max_examples=10_000, stateful_step_count=15))


# --- that it can fail: a rule of money is broken, and the machine finds it


def _pay_for_bots(patch: pytest.MonkeyPatch) -> None:
    found = rules.own_reason

    def reason(click: Any) -> str | None:
        why = found(click)
        return None if why == "invalid:bot" and click.price_fen and rules.wallet_of(click) else why

    for module in (rules, service):
        patch.setattr(module, "own_reason", reason)


def _keep_what_stands_above_a_budget(patch: pytest.MonkeyPatch) -> None:
    post = posting.post

    def without(work: Any, batches: Any, now_ms: int) -> Any:
        return post(work, [one for one in batches if one.why != "compensate"], now_ms)

    patch.setattr(service, "post", without)


def _book_a_fee_twice(patch: pytest.MonkeyPatch) -> None:
    booked = fees.booked

    def twice(*values: Any, **named: Any) -> Any:
        line, batch = booked(*values, **named)
        return line, batch and replace(batch, entries=(*batch.entries, *batch.entries))

    patch.setattr(feeing, "booked", twice)


def _credit_another_merchant(patch: pytest.MonkeyPatch) -> None:
    _turn_credits(patch, lambda batch: _renamed(batch, "owner", "m0", "m1"))


def _turn_credits(patch: pytest.MonkeyPatch, turned: Callable[[Batch], Batch]) -> None:
    made = credits_.crediting

    def other(*values: Any) -> Batch | None:
        batch = made(*values)
        return None if batch is None else turned(batch)

    patch.setattr(crediting, "crediting", other)


def _renamed(batch: Batch, part: str, old: str, new: str) -> Batch:
    return replace(
        batch,
        entries=tuple(
            replace(entry, account=replace(entry.account, **{part: new}))
            if getattr(entry.account, part) == old
            else entry
            for entry in batch.entries
        ),
    )


@pytest.mark.parametrize(
    "break_a_rule",
    [
        _pay_for_bots,
        _keep_what_stands_above_a_budget,
        _book_a_fee_twice,
        _credit_another_merchant,
    ],
)
def test_a_broken_rule_is_found(
    break_a_rule: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_a_rule(monkeypatch)
    few = settings(
        max_examples=RUNS, stateful_step_count=25, phases=[Phase.generate], report_multiple_bugs=False
    )  # fmt: skip
    with pytest.raises(AssertionError):
        run_state_machine_as_test(MoneyMachine, settings=few)
