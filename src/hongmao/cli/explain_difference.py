"""`hongmao explain difference A B`: two versions or two models; which orders moved, from whom to whom, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.cli.explain_note import credit, worth, yuan
from hongmao.cli.house import open_house
from hongmao.cli.main import lang_of_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.insight.contracts import Difference, JudgedBy, Moved, PartMoved, Share
    from hongmao.kernel.errors import Lang

_WORDS: dict[Lang, dict[str, str]] = {
    "zh": {
        "before": "前", "after": "后", "nobody": "未归因", "drawn": "（未发布，为本次比较计算）", "difference": "差异",
        "same": "{count} 个子订单两者相同", "moved": "{count} 个子订单不同", "only_before": "只有前者计入",
        "only_after": "只有后者计入", "outside": "未归因",
    },
    "en": {
        "before": "before", "after": "after", "nobody": "nobody", "drawn": " (not published: worked out for this question)",
        "difference": "Difference", "same": "{count} sub-orders are the same by both", "moved": "{count} sub-orders differ",
        "only_before": "counted by the first alone", "only_after": "counted by the second alone", "outside": "nobody's",
    },
}  # fmt: skip


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--window", default=None, help="Over which window [what A shows by default].")
@click.option("--note", default=None, metavar="ID", help="Only what moves to this note or from it.")
@click.option("--tenant", default=None, help="Of one tenant [all].")
@click.option("--json", "as_json", is_flag=True, help="Print a list, one object per tenant, both languages in it.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the words.")
def difference(
    *,
    before: str,
    after: str,
    window: str | None,
    note: str | None,
    tenant: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Compare two definitions: last_click.v1, last_click (in force today), or a model such as decay:72h in its place."""
    with open_house() as services:
        insight = services.insight
        told = {
            owner: insight.difference(owner, before, after, window=window, note=note)
            for owner in insight.tenants_credited()
            if tenant in (None, owner)
        }
    if as_json:
        found = [{"tenant": owner, **msgspec.to_builtins(one)} for owner, one in told.items()]
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True))
        return
    for owner, one in told.items():
        for line in (owner, *(f"  {line}" for line in lines_of(one, lang))):
            # What others have named may hold control characters, and a terminal obeys them.
            click.echo("".join(char if char.isprintable() else "\ufffd" for char in line))


def lines_of(one: Difference, lang: Lang) -> Iterator[str]:
    """Write a difference line by line: both sides, what each note gains or loses, and the orders behind it."""
    words = _WORDS[lang]
    for label, side in (("before", one.before), ("after", one.after)):
        yield from _side(words[label], side, lang)
    counted = [words["moved"].format(count=len(one.moved))]
    if one.same is not None:
        counted.append(words["same"].format(count=one.same))
    yield " · ".join(counted)
    for part in one.parts:
        yield f"{words['difference']} {_part(part, lang)}"
    for moved in one.moved:
        yield from _moved(moved, lang)


def _side(label: str, side: JudgedBy, lang: Lang) -> Iterator[str]:
    drawn = "" if side.published else _WORDS[lang]["drawn"]
    name = f"{side.definition.id}.v{side.definition.version}" if side.published else side.definition.id
    yield f"{label} {name} {side.window} · {worth(side.whole, lang)}{drawn}"
    yield f"  {_WORDS[lang]['outside']} · {worth(side.outside, lang)}"


def _moved(moved: Moved, lang: Lang) -> Iterator[str]:
    counted = "" if moved.counted == "both" else f" · {_WORDS[lang][f'only_{moved.counted}']}"
    yield f"{moved.order_id} / {moved.sub_order_id} · {moved.platform}{counted}"
    for part in (*moved.lost, *moved.gained):
        yield f"  {_part(part, lang)}"
    for why in moved.why:
        yield f"    {why.text(lang)}"


def _part(part: PartMoved, lang: Lang) -> str:
    name = _WORDS[lang]["nobody"] if part.note is None else f"{part.note} {part.note_title}"
    return f"{name} · {_signed(part.more)}"


def _signed(more: Share) -> str:
    plus = "+" if more.credit_millionths > 0 else ""
    net_plus = "+" if (more.net_fen or 0) > 0 else ""
    gross_plus = "+" if (more.gross_fen or 0) > 0 else ""
    return (
        f"{plus}{credit(more.credit_millionths)} · {gross_plus}{yuan(more.gross_fen)} / {net_plus}{yuan(more.net_fen)}"
    )
