"""The attribution page in tests: three models over three notes, four ways, an awkward name among them."""

from __future__ import annotations

from hongmao.insight.contracts import (
    AttributionPage,
    End,
    FlowRow,
    ModelColumn,
    PartRow,
    PathRow,
    Paths,
    ReportQuery,
    Share,
    SplitBy,
    Words,
)
from web.pages import samples

TITLES = {
    "note-001": "清透防晒乳 50ml：用了三周，说点实话",
    "note-002": "柔雾口红 03：到底值不值得买？",
    "note-003": samples.NASTY,
}
NOTHING = Share()


def page(query: ReportQuery = samples.QUERY, by: SplitBy = SplitBy.NOTE, *, empty: bool = False) -> AttributionPage:
    """Show a week; an empty one where nobody has done anything."""
    last = (share(21, 318_000, 270_900, claimed=2), share(9, 89_100, 79_200), NOTHING)
    first = (share(18, 280_000, 240_000, claimed=1), share(11, 111_100, 99_200, claimed=1), share(1, 16_000, 10_900))
    chain = (share(19.5, 290_000, 255_300), share(8.25, 97_100, 84_800), share(2.25, 20_000, 10_000))
    columns = (
        column("last_click", "末次点击", "Last click", last, defined=True, empty=empty),
        column("first_click", "首次点击", "First click", first, defined=True, empty=empty),
        column("markov:1", "马尔可夫 1 阶", "Markov, order 1", chain, defined=False, empty=empty),
    )
    return AttributionPage(
        query=query,
        by=by,
        columns=columns,
        rows=()
        if empty
        else tuple(
            PartRow(
                part=part,
                name=title,
                under=samples.NASTY if n == 1 else "阿橙的梳妆台",
                shares=(last[n], first[n], chain[n]),
            )
            for n, (part, title) in enumerate(TITLES.items())
        ),
        paths=Paths(rows=(), more=0, withheld=0, flow=(), flow_withheld=0, steps_max=100) if empty else ways(),
        readers_min=20,
        maturity=samples.GROWING,
    )


def share(conversions: float, gross: int, net: int, *, claimed: int = 0) -> Share:
    return Share(
        credit_millionths=round(conversions * 1_000_000),
        gross_fen=gross,
        net_fen=net,
        partial=conversions == 9,
        claimed_millionths=claimed * 1_000_000,
    )


def column(key: str, zh: str, en: str, given: tuple[Share, ...], *, defined: bool, empty: bool) -> ModelColumn:
    whole = NOTHING
    for one in () if empty else given:
        whole = whole + one
    return ModelColumn(
        key=key,
        name=Words(zh=zh, en=en),
        definition=samples.ref(key) if defined else None,
        whole=whole,
        outside=share(4, 40_000, 40_000),
    )


def ways() -> Paths:
    taken = (
        (("note-001",), 14, 310),
        (("note-002", "note-001"), 6, None),
        (("note-003", "note-001", "note-002"), 5, 22),
        (("note-001", "note-001"), 3, 0),
    )
    return Paths(
        rows=tuple(
            PathRow(
                steps=steps,
                names=tuple(TITLES[step] for step in steps),
                journeys=journeys,
                conversions=journeys + 1,
                gross_fen=journeys * 14_900,
                net_fen=journeys * 12_900,
                partial=False,
                nulls=nulls,
            )
            for steps, journeys, nulls in taken
        ),
        more=3,
        withheld=1,
        flow=(
            ribbon(0, "note-001", "nothing", 310, End.NOTHING),
            ribbon(0, "note-003", "note-001", 27),
            ribbon(0, "note-001", "bought", 14, End.BOUGHT),
            ribbon(0, "note-002", "note-001", 6),
            ribbon(0, "…", "note-001", 3),
            ribbon(1, "note-001", "note-002", 27),
            ribbon(1, "note-001", "bought", 9, End.BOUGHT),
            ribbon(2, "note-002", "nothing", 22, End.NOTHING),
            ribbon(2, "note-002", "bought", 5, End.BOUGHT),
        ),
        flow_withheld=1,
        steps_max=100,
    )


def ribbon(step: int, here: str, there: str, journeys: int, end: End | None = None) -> FlowRow:
    return FlowRow(
        step=step,
        from_key=here,
        from_name=TITLES.get(here, ""),
        to_key=there,
        to_name="" if end else TITLES.get(there, ""),
        end=end,
        journeys=journeys,
    )
