"""`hongmao metric NAME`: any defined metric over a range, by a grain, against another range, beside a lift test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
import msgspec

from hongmao.cli.house import merchants_of, open_house
from hongmao.cli.main import lang_of_terminal
from hongmao.insight.api import GRAINS, ChoiceUnknown, LiftUnreadable, MerchantUnknown, Sight
from hongmao.insight.contracts import SCOPES, LiftResult, ViewClock
from hongmao.kernel.errors import Lang
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.insight.contracts import Beside, Change, Figure, MetricAnswer

_WIDTH = 34
_WORDS: dict[str, tuple[str, str]] = {
    "definition": ("口径", "definition"),
    "parts": ("分子 / 分母", "parts"),
    "booked": ("窗口 · 时间", "window · clock"),
    "complete": ("完整于", "complete on"),
    "growing": ("未成熟，不可用于决策", "growing, no verdict yet"),
    "partial": ("部分数据未知", "covers only what is known"),
    "approximate": ("含约数（按 ROI 推算）", "holds amounts worked out from a ROI"),
    "sample": ("抽样", "sample"),
    "change": ("变化", "change"),
    "base": ("基数", "base"),
    "interval": ("95% 区间", "95% interval"),
    "method": ("方法", "method"),
    "credited": ("归因成交", "credited orders"),
    "caused": ("增量订单", "caused orders"),
    "test": ("实验", "test"),
    "roi": ("归因 ROI", "attributed ROI"),
    "iroi": ("增量 iROI", "incremental iROI"),
}


@click.command()
@click.argument("name")
@click.option(
    "--from", "from_day", default=None, metavar="DAY", help="First day, Asia/Shanghai [six days before --to]."
)
@click.option("--to", "to_day", default=None, metavar="DAY", help="Last day, inclusive [today].")
@click.option("--by", type=click.Choice(GRAINS), default="nothing", help="One row for each.")
@click.option("--against", default=None, metavar="DAY..DAY", help="Compare with this range: change and its interval.")
@click.option(
    "--lift", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A lift test's result (JSON)."
)
@click.option("--window", default=None, metavar="SPAN", help="Window of credits [the definition's default].")
@click.option("--clock", type=click.Choice([clock.value for clock in ViewClock]), default=None, help="[billing]")
@click.option("--scope", type=click.Choice(SCOPES), default=None, help="Money line [cid].")
@click.option("--merchant", default=None, metavar="ID", help="One merchant only [the whole deployment].")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--lang", type=click.Choice(get_args(Lang)), default=lang_of_terminal, help="Language of the words.")
def metric(
    *,
    name: str,
    from_day: str | None,
    to_day: str | None,
    by: str,
    against: str | None,
    lift: Path | None,
    window: str | None,
    clock: str | None,
    scope: str | None,
    merchant: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Print a metric by the name of its definition, or by what the market calls it: `cpuv`, `external_roi_7`, `互动量`."""
    with open_house() as services:
        sight = Sight.operator()
        if merchant is not None:
            found = next(merchants_of(services.catalog, merchant), None)
            if found is None:
                raise MerchantUnknown(id=merchant)
            sight = Sight.of(found.tenant, found.id)
        known, own_window = services.insight.meant(name)
        choices = {"window": window or own_window, "clock": clock, "scope": scope}
        read = services.insight.read_query
        query = read(from_day=from_day, to_day=to_day, **choices)
        other = None if against is None else read(**_range(against), **choices)
        answer = services.insight.metric(
            sight,
            known,
            query,
            by=next(grain for grain in GRAINS if grain == by),
            against=other,
            lift=None if lift is None else _lift(lift),
        )
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(answer), ensure_ascii=False, indent=2, sort_keys=True))
        return
    for line in told(answer, lang):
        # Parts are named by others, and a terminal obeys control characters.
        click.echo("".join(char if char.isprintable() else "\ufffd" for char in line))


def told(answer: MetricAnswer, lang: Lang) -> Iterator[str]:
    """Write an answer line by line."""
    figure, query = answer.figure, answer.query
    yield f"{figure.definition.name.text(lang)}  {_marked(figure)}  {query.from_day} .. {query.to_day}"
    yield f"  {figure.definition.counted.text(lang)}"
    yield from _facts(figure, lang)
    for row in answer.rows:
        yield f"  {row.key:<{_WIDTH}}{_marked(row.figure):>20}"
    if answer.change is not None:
        yield from _changed(answer.change, lang)
    if answer.beside is not None:
        yield from _beside(answer.beside, lang)


def _facts(figure: Figure, lang: Lang) -> Iterator[str]:
    reference = figure.definition
    yield _line("definition", f"{reference.id}.v{reference.version}#{reference.fingerprint}", lang)
    if figure.denominator is not None:
        yield _line("parts", f"{_whole(figure.numerator)} / {_whole(figure.denominator)}", lang)
    if figure.window or figure.clock:
        yield _line("booked", f"{figure.window or '—'} · {figure.clock.value if figure.clock else '—'}", lang)
    if figure.maturity.complete_at_ms is not None:
        growing = "" if figure.maturity.mature else f" ({_word('growing', lang)})"
        yield _line("complete", f"{day_of(figure.maturity.complete_at_ms).isoformat()}{growing}", lang)
    if figure.sample is not None:
        shares = ", ".join(f"{share.seen:,} ÷ {share.ratio}" for share in figure.sample.shares)
        bounds = f"{_word('interval', lang)} {figure.sample.low} .. {figure.sample.high}"
        yield _line("sample", f"{shares} = {figure.sample.value} ± {figure.sample.error}; {bounds}", lang)
    if figure.partial:
        yield f"  * {_word('partial', lang)}"
    if figure.approximate:
        yield f"  ~ {_word('approximate', lang)}"


def _changed(change: Change, lang: Lang) -> Iterator[str]:
    base = change.base
    yield _line("change", change.text, lang)
    yield _line("base", f"{_marked(base.figure)}  {base.query.from_day} .. {base.query.to_day}  {base.cohort}", lang)
    if change.points is not None:
        relative = "—" if change.relative is None else f"{change.relative.low} .. {change.relative.high}"
        yield _line("interval", f"{relative} ({change.points.low} .. {change.points.high})", lang)
        yield _line("method", change.method or "—", lang)
    if not change.mature:
        yield f"  … {_word('growing', lang)}"


def _beside(beside: Beside, lang: Lang) -> Iterator[str]:
    lift = beside.lift
    yield _line("test", f"{lift.test} · {lift.method} · {lift.level_percent:g}%", lang)
    yield _line("credited", _marked(beside.attributed), lang)
    yield _line("caused", f"{lift.orders:g} [{lift.low:g}, {lift.high:g}]  {beside.share_caused}", lang)
    yield _line("roi", _marked(beside.roi), lang)
    yield _line("iroi", f"{beside.iroi} [{beside.iroi_low}, {beside.iroi_high}]", lang)


def _marked(figure: Figure) -> str:
    return f"{figure.text}{'*' if figure.partial else ''}{'~' if figure.approximate else ''}"


def _whole(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


def _line(word: str, text: str, lang: Lang) -> str:
    return f"  {_word(word, lang)}: {text}"


def _word(word: str, lang: Lang) -> str:
    zh, en = _WORDS[word]
    return zh if lang == "zh" else en


def _range(text: str) -> dict[str, str]:
    first, dots, last = text.partition("..")
    if not dots:
        raise ChoiceUnknown(place="--against", got=text[:40], offered="2025-04-01..2025-04-30")
    return {"from_day": first, "to_day": last}


def _lift(path: Path) -> LiftResult:
    try:
        return msgspec.json.decode(path.read_bytes(), type=LiftResult)
    except (msgspec.ValidationError, msgspec.DecodeError) as fault:
        raise LiftUnreadable(place=path.name, why=str(fault)) from None
