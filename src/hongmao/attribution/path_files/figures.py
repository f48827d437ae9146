"""All models side by side: channels down, models across, each model's bars on one scale."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hongmao.attribution.charts import Bar, Chart, Grid, Scale, bars
from hongmao.attribution.files.page import UNKNOWN
from hongmao.attribution.path_files.formulas import formula_of
from hongmao.attribution.path_files.rules import specs_of
from hongmao.attribution.path_files.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.attribution.path_files.contracts import PathsAnswer
    from hongmao.attribution.paths.contracts import ChannelCredit, Interval, Number, PathResult
    from hongmao.kernel.errors import Lang

CHANNELS_SHOWN_MAX = 200
BARS_SHOWN_MAX = 30


def conversions_grid(answer: PathsAnswer, lang: Lang) -> Grid:
    """Set the conversions of all models side by side, the totals last."""
    return _grid(answer, lang, lambda result: [credit.conversions for credit in result.credits])


def value_grid(answer: PathsAnswer, lang: Lang) -> Grid | None:
    """Set the values of all models side by side; None where the data tells none."""
    if answer.read.paths.value is None:
        return None
    return _grid(answer, lang, lambda result: [credit.value for credit in result.credits], of_value=True)


def charts_of_models(answer: PathsAnswer) -> tuple[Chart, ...]:
    """Draw each model's conversions by channel, the same channels in the same order on the same scale."""
    groups = {label: _bars(answer, result) for label, result in answer.results.items()}
    scale = Scale.of(*groups.values())
    return tuple(Chart(title=label, svg=bars(listed, title=label, scale=scale)) for label, listed in groups.items())


def estimates_grid(answer: PathsAnswer, lang: Lang) -> Grid | None:
    """List what estimated models tell beside their credits; None where there is nothing of the kind."""
    rows = [
        (
            label,
            credit.channel,
            _digits(credit.removal_effect),
            _digits(credit.removal_effect_value),
            _between(credit.conversions_interval),
            UNKNOWN if credit.standard_error is None else shown(credit.standard_error),
        )
        for label, result in answer.results.items()
        for credit in _listed(answer, result)
        if credit.removal_effect is not None or credit.conversions_interval or credit.standard_error is not None
    ]
    names = ("model", "channel", "removal_effect", "removal_effect_value", "interval", "standard_error")
    headings = tuple(say(name, lang) for name in names)
    return Grid(headings=headings, rows=tuple(rows), numeric_from=2) if rows else None


def stability_grid(answer: PathsAnswer, lang: Lang) -> Grid | None:
    """Set beside each model how much of its credit moves where journeys are seen less well; None where nobody asked."""
    named = list(dict.fromkeys(row.disturbance for rows in answer.stability.values() for row in rows))
    moved = {label: {row.disturbance: row.moved for row in rows} for label, rows in answer.stability.items()}
    rows = tuple(
        (label, *(f"{told[name]:.1%}" if name in told else UNKNOWN for name in named)) for label, told in moved.items()
    )
    return Grid(headings=(say("model", lang), *named), rows=rows, numeric_from=1) if rows else None


def formulas_grid(answer: PathsAnswer, lang: Lang) -> Grid:
    """Say what each model computes, and what must be known beside its figures."""
    specs = specs_of(answer.asked)

    def told(label: str, result: PathResult) -> str:
        formula = formula_of(specs[label], result, lang)
        notes = [note.zh if lang == "zh" else note.en for note in result.notes]
        if result.p_conv is not None and result.p_conv_observed is not None:
            notes.append(f"{say('p_conv', lang)}: {result.p_conv:.6g} ({result.p_conv_observed:.6g})")
        return ("；" if lang == "zh" else "; ").join(dict.fromkeys([formula, *notes]))

    rows = tuple((label, result.model, told(label, result)) for label, result in answer.results.items())
    return Grid(headings=tuple(say(name, lang) for name in ("label", "model", "formula")), rows=rows, numeric_from=3)


def left_over(answer: PathsAnswer) -> int:
    """Count the channels that the tables of a report do not show."""
    return len(answer.read.paths.channels) - CHANNELS_SHOWN_MAX


def shown(figure: Number | int | None) -> str:
    """Write a figure for people: whole where it is whole, else with two decimals.

    >>> shown(Fraction(7)), shown(Fraction(20000, 3)), shown(0.125), shown(None)
    ('7', '6,666.67', '0.12', '—')
    """
    if figure is None:
        return UNKNOWN
    exact = Fraction(figure)
    return f"{exact.numerator:,}" if exact.denominator == 1 else f"{float(exact):,.2f}"


def _grid(
    answer: PathsAnswer,
    lang: Lang,
    column: Callable[[PathResult], Sequence[Number | None]],
    *,
    of_value: bool = False,
) -> Grid:
    columns = [column(result) for result in answer.results.values()]
    rests = [one.unattributed.value if of_value else one.unattributed.conversions for one in answer.results.values()]
    sums = [one.totals.value if of_value else one.totals.conversions for one in answer.results.values()]
    channels = answer.read.paths.channels
    rows = [
        (channels[place], *(shown(figures[place]) for figures in columns))
        for place in _places(answer)[:CHANNELS_SHOWN_MAX]
    ]
    if any(rests):
        rows.append((answer.asked.none_label, *map(shown, rests)))
    rows.append((say("total", lang), *map(shown, sums)))
    return Grid(headings=(say("channel", lang), *answer.results), rows=tuple(rows), numeric_from=1)


def _places(answer: PathsAnswer) -> list[int]:
    """Order the channels: all in their own order where they are few, else by what the first model gives them."""
    places = list(range(len(answer.read.paths.channels)))
    first = next(iter(answer.results.values()), None)
    if first is None or len(places) <= BARS_SHOWN_MAX:
        return places
    return sorted(places, key=lambda place: -first.credits[place].conversions)


def _listed(answer: PathsAnswer, result: PathResult) -> list[ChannelCredit]:
    return [result.credits[place] for place in _places(answer)[:CHANNELS_SHOWN_MAX]]


def _bars(answer: PathsAnswer, result: PathResult) -> list[Bar]:
    listed = [
        Bar(
            label=credit.channel,
            text=shown(credit.conversions),
            value=float(credit.conversions),
            low=credit.conversions_interval.low if credit.conversions_interval else None,
            high=credit.conversions_interval.high if credit.conversions_interval else None,
        )
        for credit in _listed(answer, result)[:BARS_SHOWN_MAX]
    ]
    if rest := result.unattributed.conversions:
        listed.append(Bar(label=answer.asked.none_label, text=shown(rest), value=float(rest)))
    return listed


def _digits(effect: float | None) -> str:
    return UNKNOWN if effect is None else f"{effect:.6f}"


def _between(interval: Interval | None) -> str:
    return UNKNOWN if interval is None else f"{shown(interval.low)} … {shown(interval.high)}"
