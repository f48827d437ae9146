"""What the paths themselves look like: how long they are, and which of them convert."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.charts import Bar, Chart, Column, Grid, columns, long_bars
from hongmao.attribution.files.page import UNKNOWN
from hongmao.attribution.path_files.figures import shown
from hongmao.attribution.path_files.words import say
from hongmao.attribution.paths import amounts
from hongmao.attribution.paths.building import lengths

if TYPE_CHECKING:
    from hongmao.attribution.paths.contracts import Paths
    from hongmao.kernel.errors import Lang

LENGTHS_SHOWN = 15
TOP_PATHS = 10
STEPS_SHOWN = 30


def lengths_chart(paths: Paths, lang: Lang) -> Chart:
    """Count journeys by the number of their touches; the longest ones stand together."""
    long = np.minimum(lengths(paths), LENGTHS_SHOWN)
    converted = np.bincount(long, minlength=LENGTHS_SHOWN + 1, weights=None if not paths.rows else paths.conversions)
    ended = np.bincount(long, minlength=LENGTHS_SHOWN + 1, weights=None if not paths.rows else paths.nulls)
    shown_from = 0 if converted[0] or ended[0] else 1
    listed = [
        (f"{length}+" if length == LENGTHS_SHOWN else str(length), int(converted[length]), int(ended[length]))
        for length in range(shown_from, LENGTHS_SHOWN + 1)
    ]
    most = max((count for _, count, _ in listed), default=0) or 1
    most_ended = max((count for _, _, count in listed), default=0) or 1
    title, names = say("lengths", lang), (say("converted", lang), say("not_converted", lang))
    return Chart(
        title=f"{title} ({say('share_of_each', lang)})",
        svg=columns(
            [Column(label=label, share=count / most, other=nulls / most_ended) for label, count, nulls in listed],
            title=title,
            names=names,
        ),
        table=Grid(
            headings=(say("length", lang), *names),
            rows=tuple((label, f"{count:,}", f"{nulls:,}") for label, count, nulls in listed),
            numeric_from=1,
        ),
    )


def top_chart(paths: Paths, lang: Lang) -> Chart:
    """List the paths that converted most; among equals the one whose touches come first by name."""
    few = _candidates(paths)
    told = sorted((-int(paths.conversions[row]), _written(paths, row, lang), row) for row in few)[:TOP_PATHS]
    value = paths.value

    def cells(row: int, name: str) -> tuple[str, ...]:
        count, nulls = int(paths.conversions[row]), int(paths.nulls[row])
        worth = UNKNOWN if value is None else shown(amounts.exact(value[:, row]))
        return name, f"{count:,}", f"{nulls:,}", f"{count / (count + nulls):.2%}", worth

    title = say("top_paths", lang)
    return Chart(
        title=title,
        svg=long_bars(
            [Bar(label=name, text=f"{-count:,}", value=float(-count)) for count, name, _ in told], title=title
        ),
        table=Grid(
            headings=tuple(say(name, lang) for name in ("path", "converted", "not_converted", "rate", "value")),
            rows=tuple(cells(row, name) for _, name, row in told),
            numeric_from=1,
        ),
    )


def _candidates(paths: Paths) -> list[int]:
    """Find the rows that may be among the top: all that convert as often as the last of them."""
    some = paths.conversions[paths.conversions > 0]
    if not some.size:
        return []
    last = np.partition(some, -min(TOP_PATHS, some.size))[-min(TOP_PATHS, some.size)]
    found: list[int] = np.flatnonzero(paths.conversions >= last)[: TOP_PATHS * 100].tolist()
    return found


def _written(paths: Paths, row: int, lang: Lang) -> str:
    names = [paths.channels[code] for code in paths.flat[paths.starts[row] : paths.starts[row + 1]][:STEPS_SHOWN]]
    if int(paths.starts[row + 1] - paths.starts[row]) > STEPS_SHOWN:
        names.append("…")
    return " > ".join(names) or say("nothing", lang)
