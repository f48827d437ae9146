"""`hongmao explain order|note|difference`: why an order belongs to a note, step by step (promise 6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.cli.explain_difference import difference
from hongmao.cli.explain_note import note
from hongmao.cli.house import open_house
from hongmao.cli.main import lang_of_terminal
from hongmao.insight.api import OrderUnknown, part
from hongmao.insight.contracts import DASH, Credited, Matched, Received, State
from hongmao.kernel.money import Money
from hongmao.kernel.time import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hongmao.insight.contracts import Credit, Step, SubOrderTrace, Trace
    from hongmao.kernel.errors import Lang

_STEPS: dict[Lang, tuple[str, ...]] = {
    "zh": ("收到", "验签", "去重", "匹配", "归因", "计费", "回传", "应答"),
    "en": ("received", "verified", "deduped", "matched", "credited", "billed", "sent on", "answered"),
}
_MARKS = {State.DONE: "+", State.WAITING: "…", State.NONE: "-", State.FAILED: "!", State.NOT_CONFIGURED: "·"}
_WORTH: dict[Lang, tuple[str, str, str]] = {"zh": ("实付", "退款", "净额"), "en": ("paid", "refunded", "net")}
_ITEM: dict[Lang, str] = {"zh": "子订单", "en": "sub-order"}
_ORDER: dict[Lang, str] = {"zh": "订单", "en": "Order"}
_CLICK_ID: dict[Lang, str] = {"zh": "点击 id", "en": "click id"}
_BY: dict[Lang, dict[str, str]] = {"zh": {"sync": "同步", "async": "异步"}, "en": {"sync": "sync", "async": "async"}}
_ORGANIC: dict[Lang, str] = {"zh": "自然", "en": "organic"}
_ALSO: dict[Lang, str] = {
    "zh": "同号订单也出现在：{platforms}（用 --platform 指定）",
    "en": "An order of this number is also on: {platforms} (choose with --platform)",
}


@click.group()
def explain() -> None:
    """Say why: every decision comes with its reasons."""


explain.add_command(note)
explain.add_command(difference)


@explain.command()
@click.argument("order_id", metavar="ID")
@click.option("--platform", default=None, help="Where it was bought, if two platforms use the number.")
@click.option("--tenant", default=None, help="Whose order it is, if two tenants use the number.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of traces as JSON, both languages in it.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the words.")
def order(*, order_id: str, platform: str | None, tenant: str | None, as_json: bool, lang: Lang) -> None:
    """Print the trace of a parent order: received → verified → deduped → matched → credited → billed → sent on → answered."""
    with open_house() as services:
        insight = services.insight
        traces = [
            trace
            for owner in dict.fromkeys(owner for owner, _ in insight.whose(order_id) if tenant in (None, owner))
            if (trace := insight.trace(owner, order_id, platform)) is not None
        ]
    if not traces:
        raise OrderUnknown(id=order_id)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(traces), ensure_ascii=False, indent=2, sort_keys=True))
        return
    for trace in traces:
        for line in told(trace, lang):
            # What others have named may hold control characters, and a terminal obeys them.
            click.echo("".join(char if char.isprintable() else "\ufffd" for char in line))


def told(trace: Trace, lang: Lang) -> Iterator[str]:
    """Write a trace line by line."""
    yield f"{_ORDER[lang]} {trace.order_id} · {trace.platform} · {trace.merchant_name} · {trace.shop_name}"
    yield f"  {iso(trace.ordered_at_ms)} · {trace.status.value} · {_worth(trace, lang)}"
    if trace.also_on:
        yield f"  {_ALSO[lang].format(platforms=', '.join(trace.also_on))}"
    for sub_order in trace.sub_orders:
        yield ""
        yield f"{_ITEM[lang]} {sub_order.sub_order_id} · {sub_order.title} · {sub_order.status.value} · {_worth(sub_order, lang)}"
        for label, (_, step) in zip(_STEPS[lang], sub_order.steps, strict=True):
            yield f"  {_MARKS[step.state]} {label:<10}{step.sentence.text(lang)}"
            yield from (f"    {line}" for line in _facts(step, lang))


def _facts(step: Step, lang: Lang) -> Iterator[str]:
    match step:
        case Received():
            for act in step.acts:
                replaced = " (superseded)" if act.superseded else ""
                yield f"{iso(act.occurred_at_ms)} {act.kind} v{act.version} {_yuan(act.amount_fen)}{replaced}"
        case Matched() if step.click is not None:
            yield f"{step.click.click_id} · {iso(step.click.at_ms)} · {step.click.link} · {step.click.placement or DASH}"
        case Credited():
            yield from _claims(step, lang)
            for group in alike(step.credits):
                credit = group[0]
                windows = " ".join(one.window for one in group)
                name = f"{credit.definition.id}.v{credit.definition.version}"
                worth = f"{_yuan(credit.gross_fen)} / {_yuan(credit.net_fen)}"
                # The sentence of a credit names its one window; where several end alike, the winner's reason says as much.
                said = credit.winner.sentence if credit.winner else credit.sentence
                yield f"{name} {windows} · {worth} · {said.text(lang)}"
                yield from _candidates(credit, lang)
        case _:
            pass


def alike(told: Sequence[Credit]) -> list[list[Credit]]:
    """Put windows of one definition together that end alike, so that the same is told once and not four times."""
    groups: list[list[Credit]] = []
    for credit in told:
        if groups and _end(groups[-1][0]) == _end(credit):
            groups[-1].append(credit)
        else:
            groups.append([credit])
    return groups


def _end(credit: Credit) -> tuple[object, ...]:
    touches = tuple((one.event_id, one.reason, one.credit_millionths, one.net_fen) for one in credit.candidates)
    return credit.definition.id, credit.definition.version, credit.reason, credit.gross_fen, credit.net_fen, touches


def _claims(step: Credited, lang: Lang) -> Iterator[str]:
    for claim in step.claims:
        how = _BY[lang].get(claim.by or "", DASH)
        yield f"{_CLICK_ID[lang]} {claim.click_id} · {how} · {claim.sentence.text(lang)}"


def _candidates(credit: Credit, lang: Lang) -> Iterator[str]:
    for one in credit.candidates:
        got = f" · {part(one.credit_millionths)} · {_yuan(one.gross_fen)} / {_yuan(one.net_fen)}" if one.won else ""
        organic = f" · {_ORGANIC[lang]}" if one.organic else ""
        mark = "*" if one.won else " "
        yield f"  {mark} {iso(one.at_ms)} {one.note_title}: {one.sentence.text(lang)}{organic}{got}"


def _worth(of: Trace | SubOrderTrace, lang: Lang) -> str:
    amounts = (of.gross_fen, of.refunded_fen, of.net_fen)
    text = " · ".join(f"{word} {_yuan(fen)}" for word, fen in zip(_WORTH[lang], amounts, strict=True))
    return f"{text} *" if of.partial else text


def _yuan(fen: int | None) -> str:
    return DASH if fen is None else str(Money(fen))
