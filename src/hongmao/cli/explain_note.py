"""`hongmao explain note NOTE`: what a note earned under each definition and window, and which touches competed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.cli.house import open_house
from hongmao.cli.main import lang_of_terminal
from hongmao.insight.api import NoteUnknown, part
from hongmao.insight.contracts import DASH
from hongmao.kernel.money import Money
from hongmao.kernel.time import day_of, iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.insight.contracts import Maturity, NoteExplained, NoteOrder, NoteUnder, Share, TouchShare
    from hongmao.kernel.errors import Lang

_MILLION = 1_000_000
_WORDS: dict[Lang, dict[str, str]] = {
    "zh": {
        "note": "笔记", "conversions": "成交", "gross": "成交额", "net": "净额", "orders": "子订单", "lane": "流量",
        "billing": "按计费时间", "event": "按行为时间", "until": "增长至 {day}", "told": "订单，按 {name} {window}",
        "claimed": "其他媒体也认领，不计入去重合计", "mine": "本笔记", "organic": "自然", "more": "另有 {count} 个子订单未列出",
        "none": "没有任何订单归因到它",
    },
    "en": {
        "note": "Note", "conversions": "purchases", "gross": "GMV", "net": "net", "orders": "sub-orders", "lane": "lane",
        "billing": "by billing time", "event": "by event time", "until": "growing until {day}",
        "told": "Orders, by {name} {window}", "claimed": "also claimed elsewhere, not in the deduplicated total",
        "mine": "this note", "organic": "organic", "more": "{count} more sub-orders are not listed",
        "none": "No order was ever credited to it",
    },
}  # fmt: skip


@click.command()
@click.argument("note_id", metavar="NOTE")
@click.option("--definition", default=None, metavar="ID", help="By which definition orders are told [last_click].")
@click.option("--window", default=None, help="Over which window orders are told [the definition's own].")
@click.option("--orders", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many orders to tell.")
@click.option("--tenant", default=None, help="To whom, if the note is something to several tenants.")
@click.option("--json", "as_json", is_flag=True, help="Print a list, one object per tenant, both languages in it.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the words.")
def note(
    *,
    note_id: str,
    definition: str | None,
    window: str | None,
    orders: int,
    tenant: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Print what a note earned: by definition and window, by lane and day, and order by order with every touch."""
    with open_house() as services:
        insight = services.insight
        owners = [owner for owner in insight.note_owners(note_id) if tenant in (None, owner)]
        told = [
            insight.note_explained(owner, note_id, definition=definition, window=window, limit=orders)
            for owner in owners
        ]
    if not told:
        raise NoteUnknown(id=note_id)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(told), ensure_ascii=False, indent=2, sort_keys=True))
        return
    for one in told:
        for line in lines_of(one, lang):
            # What others have named may hold control characters, and a terminal obeys them.
            click.echo("".join(char if char.isprintable() else "\ufffd" for char in line))


def lines_of(one: NoteExplained, lang: Lang) -> Iterator[str]:
    """Write a note's explanation line by line."""
    words = _WORDS[lang]
    yield f"{words['note']} {one.note} · {one.title} · {one.creator_name}"
    if not any(under.orders for under in one.under):
        yield f"  {words['none']}"
    for under in one.under:
        yield from _under(under, lang)
    yield ""
    yield words["told"].format(name=one.definition.name.text(lang), window=one.window)
    for order in one.orders:
        yield from _order(order, lang)
    if one.more:
        yield f"  {words['more'].format(count=one.more)}"


def _under(under: NoteUnder, lang: Lang) -> Iterator[str]:
    if not under.orders and not under.billing_days:
        return
    words = _WORDS[lang]
    name = f"{under.definition.id}.v{under.definition.version}"
    yield f"  {name} {under.window} · {worth(under.whole, lang)} · {words['orders']} {under.orders}"
    for lane in under.lanes:
        label = words["organic"] if lane.lane == "organic" else lane.lane.upper()
        yield f"    {words['lane']} {label} · {worth(lane.share, lang)}"
    for clock, days in (("billing", under.billing_days), ("event", under.event_days)):
        for day in days:
            yield f"    {words[clock]} {day.day} · {worth(day.share, lang)}{_ripe(day.maturity, lang)}"


def _order(order: NoteOrder, lang: Lang) -> Iterator[str]:
    words = _WORDS[lang]
    at = DASH if order.conversion_at_ms is None else iso(order.conversion_at_ms)
    claimed = f" · {words['claimed']}" if order.claimed_elsewhere else ""
    yield f"  {order.order_id} / {order.sub_order_id} · {order.platform} · {at} · {worth(order.share, lang)}{claimed}"
    for touch in order.touches:
        yield f"    {_touch(touch, lang)}"


def _touch(touch: TouchShare, lang: Lang) -> str:
    words = _WORDS[lang]
    got = touch.credit_millionths > 0
    told = [
        f"{'*' if got else ' '} {iso(touch.at_ms)} {touch.note_title}",
        *([words["mine"]] if touch.mine else []),
        *([words["organic"]] if touch.organic else []),
        touch.sentence.text(lang),
        *([part(touch.credit_millionths), f"{yuan(touch.gross_fen)} / {yuan(touch.net_fen)}"] if got else []),
    ]
    return " · ".join(told)


def worth(share: Share, lang: Lang) -> str:
    """Write what a share holds: purchases, GMV, net of refunds; a star where an amount was unknown."""
    words = _WORDS[lang]
    star = " *" if share.partial else ""
    return (
        f"{words['conversions']} {credit(share.credit_millionths)} · {words['gross']} {yuan(share.gross_fen)}"
        f" · {words['net']} {yuan(share.net_fen)}{star}"
    )


def credit(millionths: int) -> str:
    """Write a number of conversions exactly: `3`, `0.333333`."""
    sign = "-" if millionths < 0 else ""
    whole, rest = divmod(abs(millionths), _MILLION)
    return f"{sign}{whole}.{rest:06d}".rstrip("0").rstrip(".")


def yuan(fen: int | None) -> str:
    """Write an amount in yuan; `—` where unknown."""
    return DASH if fen is None else str(Money(fen))


def _ripe(maturity: Maturity, lang: Lang) -> str:
    if maturity.mature or maturity.complete_at_ms is None:
        return ""
    return f" · {_WORDS[lang]['until'].format(day=day_of(maturity.complete_at_ms))}"
