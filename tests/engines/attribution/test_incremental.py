"""What events change is made again and nothing else, and the result is that of a run over everything, byte for byte."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from attribution.stage import REGISTRY, click, pay, shop
from engines.lake.test_snapshots import Power
from hongmao.engines.attribution import affected
from hongmao.engines.attribution.affected import look_of
from hongmao.engines.attribution.crediting import Crediting
from hongmao.engines.attribution.lake_engine import LakeCredits
from hongmao.engines.attribution.rows import CREDITS_SCHEMA
from hongmao.engines.attribution.slices import FOLDER, Slices, slices_of
from hongmao.engines.lake import Derived, ParquetLake
from hongmao.engines.tables import DuckTables
from hongmao.events.contracts import FRONT_LINK, Event, Kind, Logged
from hongmao.events.rules import FORBIDDEN
from hongmao.kernel.time import DAY_MS, HOUR_MS, instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hongmao.attribution.runs import RunManifest
    from hongmao.definitions.contracts import AttributionDefinition

NOON = instant("2025-05-07T12:00:00+08:00")
ON = date(2025, 7, 1)
LAST = REGISTRY.attribution("last_click", 1)
SHIPPED = tuple(REGISTRY.attributions(ON))


def defined(id: str, **meaning: Any) -> AttributionDefinition:
    """Define a way to credit that differs from last click in what is named."""
    return replace(LAST, id=id, **meaning)


# One definition for each thing that one may look at; what ships is in the list too.
DEFINITIONS = (
    *SHIPPED,
    defined("short", windows=("24h",), default_window="24h"),
    defined("linear_all", model="linear", touches=("component_click", "read", "impression")),
    defined("viewed", touches=("impression", "component_click"), kind_windows={"impression": "24h"}),
    defined("any_record", matching="any_record", presale="none"),
    defined("by_note", unmatched="note", refunds="none"),
    defined("organic", model="last_non_organic", touches=("component_click", "read", "impression"), organic=True),
    defined("deepest", touches=("component_click", "read", "impression"), showing="deepest_act",
            kind_windows={"read": "24h", "impression": "24h"}),
    defined("opened", touches=("component_click", "read"), opens_at_impression=("feed",)),
    defined("reads", conversions=("read",), unit="act", touches=("impression", "component_click")),
    defined("invalid_too", valid_touches_only=False),
)  # fmt: skip

# Instants that meet window edges and midnights, few enough to collide.
TIMES: st.SearchStrategy[int] = st.builds(
    lambda day, hour, edge: NOON + day * DAY_MS + hour * HOUR_MS + edge,
    st.sampled_from([0, 0, 1, 2, 7, 15, 30, 31]),
    st.sampled_from([0, 1, 12]),
    st.sampled_from([-1, 0, 1]),
)
READERS, NOTES = st.sampled_from(["rdr-1", "rdr-2", None]), st.sampled_from(["note-1", "note-2"])
CLICKS, SHOPS = st.sampled_from(["c-1", "c-2", "c-3", "c-4"]), st.sampled_from(["shop-1", "shop-2"])
TOUCHES = st.sampled_from([Kind.COMPONENT_CLICK, Kind.COMPONENT_CLICK, Kind.READ, Kind.IMPRESSION])
RETURNED = st.sampled_from([Kind.PAY, Kind.PAY, Kind.PRESALE_DEPOSIT, Kind.PRESALE_BALANCE, Kind.REFUND, Kind.ORDER])


@st.composite
def touches(draw: st.DrawFn, number: int) -> Event:
    """Draw an act of a reader: a click that may be recorded twice, a read, an impression; some of them organic."""
    kind = draw(TOUCHES)
    clicked = kind is Kind.COMPONENT_CLICK
    event = click(
        draw(TIMES),
        draw(CLICKS) if clicked else None,
        event_id=f"e{draw(st.integers(0, 9))}{number:02d}",
        invalid=draw(st.sampled_from([None, None, None, "bot"])),
        reader=draw(READERS) if clicked else draw(st.sampled_from(["rdr-1", "rdr-2"])),
        shop=draw(SHOPS),
        note=draw(NOTES),
        impression=draw(st.sampled_from([None, "imp-1", "imp-2"])),
        placement=draw(st.sampled_from([None, "feed"])),
    )
    if not clicked and draw(st.booleans()):
        event = replace(event, link=None, platform=None, shop=None, merchant=None, tenant=None, line=None)
    return replace(event, kind=kind)


@st.composite
def returns(draw: st.DrawFn, number: int) -> Event:
    """Draw what a shop tells: payments and refunds of few sub-orders, corrected, doubled, of two tenants."""
    tenant = draw(st.sampled_from(["ten-1", "ten-1", "ten-1", "ten-2"]))
    return shop(
        draw(RETURNED),
        draw(TIMES),
        f"o-{draw(st.integers(0, 3))}-1",
        draw(st.one_of(st.none(), st.integers(1, 1_000))),
        event_id=f"x{number:02d}",
        click_id=draw(st.one_of(st.none(), CLICKS)),
        async_click_id=draw(st.one_of(st.none(), st.none(), CLICKS)),
        ref=f"n-{draw(st.integers(0, 2))}",
        version=draw(st.integers(1, 2)),
        invalid=draw(st.sampled_from([None, None, None, "test"])),
        note=draw(st.sampled_from([None, "note-1"])),
        tenant=tenant,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw events in the order in which they come, which is not the order in which they happened."""
    count = draw(st.integers(1, 14))
    return [draw(draw(st.sampled_from([touches, returns]))(number)) for number in range(count)]


class Deployment:
    """A lake, and beside it nothing but what is derived."""

    def __init__(self, root: Path, *, warm_rows_max: int = 300_000) -> None:
        """Open an empty one."""
        self.root = root / "lake"
        self.lake = ParquetLake(self.root, small_files_max=2)
        self.derived = Derived(self.root)
        self.tables = DuckTables(self.root, empty={"credits": CREDITS_SCHEMA}, warm_rows_max=warm_rows_max)
        self.engine = LakeCredits(self.tables, self.derived, self.root)
        self.beside = Derived(self.root / "beside")
        self.whole = LakeCredits(self.tables, self.beside, self.root / "beside", sub_orders_max=1)

    def arrive(self, events: Sequence[Event], *, merge: bool = False) -> None:
        """Let the lake grow by a batch."""
        after = self.lake.position()
        self.lake.absorb([Logged(offset, event) for offset, event in enumerate(events, after + 1)])
        if merge:
            self.lake.compact()

    def advance(self, *definitions: AttributionDefinition) -> RunManifest:
        """Bring the credits up to the lake."""
        return self.engine.advance(definitions, on=ON)

    def check(self, *definitions: AttributionDefinition) -> None:
        """Hold what stands published against the queries over all events, and against a run over everything."""
        made = self.tables.work(lambda session: Crediting(session).credits(definitions)).to_pylist()
        standing = self.tables.rows("select * from credits")
        assert sorted(map(_row, standing)) == sorted(map(_row, made))
        told = self.whole.advance(definitions, on=ON, whole=True)
        assert self.derived.current("credits").parts == self.beside.current("credits").parts
        for part in self.derived.current("credits").parts:
            paths = (each.folder("credits") / part.path for each in (self.derived, self.beside))
            assert len({path.read_bytes() for path in paths}) == 1
        manifest = self.engine.manifest()
        assert manifest is not None
        assert (manifest.checksum, manifest.rows, manifest.source) == (told.checksum, told.rows, told.source)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tables.close()
        self.lake.close()


def _row(row: dict[str, Any]) -> str:
    return repr(sorted(row.items()))


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with Deployment(tmp_path) as opened:
        yield opened


def _any_history(tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject) -> None:
    warm_rows_max = data.draw(st.sampled_from([0, 1_000]))
    chosen = st.lists(st.sampled_from(DEFINITIONS), min_size=1, max_size=4, unique_by=lambda one: one.key)
    definitions = data.draw(chosen, label="definitions")
    with Deployment(tmp_path_factory.mktemp("any"), warm_rows_max=warm_rows_max) as deployment:
        while events:
            size = data.draw(st.integers(1, len(events)), label="batch")
            deployment.arrive(events[:size], merge=data.draw(st.booleans()))
            events = events[size:]
            if data.draw(st.integers(0, 3), label="definitions change") == 0:
                definitions = data.draw(chosen, label="definitions")
            deployment.advance(*definitions)
        deployment.check(*definitions)


@settings(max_examples=12)
@given(histories(), st.data())
def test_any_history_in_any_batches_gives_what_a_run_over_everything_gives(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
) -> None:
    _any_history(tmp_path_factory, events, data)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@settings(max_examples=120)
@given(histories(), st.data())
def test_many_histories_in_any_batches_give_what_a_run_over_everything_gives(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
) -> None:
    _any_history(tmp_path_factory, events, data)


MAY = [
    click("2025-05-01 10:00", "c-1"),
    click("2025-05-02 10:00", "c-2", reader="rdr-2"),
    pay("2025-05-01 11:00", "o-1-1", 29_900, "c-1"),
    pay("2025-05-02 11:00", "o-2-1", 19_900, "c-2"),
    pay("2025-05-03 11:00", "o-3-1", 9_900, "c-1"),
]
FIRST = REGISTRY.attribution("first_click", 1)


def days_written(deployment: Deployment, run: RunManifest, before: set[str]) -> set[str]:
    """Name the days of the parts that were not there before."""
    parts = deployment.derived.current("credits").parts
    fresh = [part for part in parts if part.path not in before]
    assert len(fresh) == run.work.parts_written
    return {dict(part.key)["event_day"] for part in fresh}


@pytest.mark.parametrize(
    ("event", "asked", "days"),
    [
        # 4 May: a refund of the order of 1 May is booked on its own day, and changes nothing on the first.
        (shop(Kind.REFUND, "2025-05-04 12:00", "o-1-1", 100, ref="r-1"), 1, {"2025-05-04"}),
        # The same day brings a refund of its own order: the payment's rows stay, each once.
        (shop(Kind.REFUND, "2025-05-01 12:00", "o-1-1", 100, ref="r-1"), 1, {"2025-05-01"}),
        # 4 May: another order, of a reader whose earlier ones stay as they are.
        (pay("2025-05-04 12:00", "o-4-1", 100, "c-1"), 1, {"2025-05-04"}),
        # 4 May: a correction of 2 May comes.
        (pay("2025-05-02 11:00", "o-2-1", 100, "c-2", version=2, ref="n-pay-o-2-1"), 1, {"2025-05-02"}),
        # A click of 2 May at noon comes late: it is before the order of 3 May and after that of 1 May.
        (click("2025-05-02 12:00", "c-9", note="note-9"), 1, {"2025-05-03"}),
        # A click of the other reader after all of her orders changes nothing.
        (click("2025-05-04 12:00", "c-9", reader="rdr-2"), 0, set()),
        # Nor does a read, which these definitions do not count.
        (replace(click("2025-05-01 10:30", None), kind=Kind.READ), 0, set()),
    ],
)
def test_only_what_an_event_can_change_is_made_and_written(
    deployment: Deployment, event: Event, asked: int, days: set[str]
) -> None:
    deployment.arrive(MAY)
    first = deployment.advance(LAST, FIRST)
    assert (first.work.whole, first.work.parts_written, first.work.sub_orders) == (True, 6, 3)
    before = {part.path for part in deployment.derived.current("credits").parts}
    deployment.arrive([event])
    run = deployment.advance(LAST, FIRST)
    assert (run.work.whole, run.work.after, run.work.sub_orders) == (False, 5, asked)
    # Between the orders of 1 and 3 May there is one click for last click; for first click the first stays the first.
    assert days_written(deployment, run, before) == days
    deployment.check(LAST, FIRST)


def test_a_click_that_comes_after_the_order_that_names_it_finds_the_order(deployment: Deployment) -> None:
    deployment.arrive([pay("2025-05-02 11:00", "o-1-1", 100, "c-7"), MAY[0], MAY[2]])
    deployment.advance(LAST)
    found = deployment.tables.rows("select distinct reason from credits where sub_order_id = 'o-1-1'")
    assert found == [{"reason": "click_unknown"}]
    deployment.arrive([click("2025-05-02 10:00", "c-7", reader="rdr-7")])
    assert deployment.advance(LAST).work.sub_orders == 1
    found = deployment.tables.rows("select distinct reason, note from credits where sub_order_id = 'o-1-1'")
    assert found == [{"reason": None, "note": "note-1"}]
    deployment.check(LAST)


def test_an_act_is_credited_once_though_it_is_a_touch_of_others(deployment: Deployment) -> None:
    # A read converts under one definition and is a touch under another: it is gathered for orders that are not its own.
    by_id = {one.id: one for one in DEFINITIONS}
    reads, linear = by_id["reads"], by_id["linear_all"]
    read = replace(click("2025-05-01 10:30", None, note="note-2"), kind=Kind.READ)
    deployment.arrive([*MAY, read])
    deployment.advance(reads, linear)
    deployment.check(reads, linear)
    deployment.arrive(MAY_LATE)
    assert deployment.advance(reads, linear).work.sub_orders == 2
    deployment.check(reads, linear)


def test_a_definition_that_comes_goes_or_changes_costs_its_own_rows_only(deployment: Deployment) -> None:
    deployment.arrive(MAY)
    deployment.advance(LAST)
    alone = {part.path for part in deployment.derived.current("credits").parts}
    # 1 June: first click comes into force.
    run = deployment.advance(LAST, FIRST)
    assert [one.id for one in run.work.added] == ["first_click"]
    assert (run.work.whole, run.work.parts_written, run.work.parts_kept) == (False, 3, 3)
    deployment.check(LAST, FIRST)
    # 2 June: it is taken up under a shorter window, as a draft is that nobody has reported by yet.
    shorter = replace(FIRST, windows=("24h",), default_window="24h")
    run = deployment.advance(LAST, shorter)
    assert [(one.id, one.fingerprint) for one in run.work.dropped] == [("first_click", FIRST.fingerprint)]
    assert run.work.parts_kept == 3
    deployment.check(LAST, shorter)
    # 3 June: it is taken back.
    run = deployment.advance(LAST)
    assert {part.path for part in deployment.derived.current("credits").parts} == alone
    assert (run.work.added, run.work.parts_written, run.work.parts_kept) == ((), 0, 3)
    # While it comes into force, events come too.
    deployment.arrive([pay("2025-06-04 12:00", "o-9-1", 100, None)])
    deployment.advance(LAST, FIRST)
    deployment.check(LAST, FIRST)


def test_another_lake_or_another_maker_is_not_gone_on_from(deployment: Deployment) -> None:
    deployment.arrive(MAY)
    deployment.advance(LAST)
    deployment.lake.wipe()
    deployment.arrive(MAY[:3])
    run = deployment.advance(LAST)
    assert (run.work.whole, run.source.position) == (True, 3)
    deployment.check(LAST)
    stranger = replace_maker(run, code="0" * 16)
    draft = deployment.derived.draft("credits", CREDITS_SCHEMA)
    deployment.derived.replace("credits", draft, columns=tuple(CREDITS_SCHEMA.names), about=stranger)
    assert deployment.advance(LAST).work.whole
    deployment.check(LAST)


def replace_maker(run: RunManifest, **fields: str) -> RunManifest:
    """Say that another program has made these credits."""
    return dataclasses.replace(run, maker=dataclasses.replace(run.maker, **fields))


def test_a_run_over_everything_that_is_cut_short_goes_on_where_it_was(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.arrive(MAY)
    engine = LakeCredits(deployment.tables, deployment.derived, deployment.root, sub_orders_max=1)
    put = Slices.put
    done: list[int] = []

    def power_cut(self: Slices, number: int, table: Any) -> None:
        if len(done) == 2:
            raise OSError("the power is gone")
        done.append(number)
        put(self, number, table)

    with monkeypatch.context() as patch:
        patch.setattr(Slices, "put", power_cut)
        with pytest.raises(OSError, match="power"):
            engine.advance((LAST,), on=ON)
    assert deployment.tables.rows("select count(*) as n from credits") == [{"n": 0}]
    # 4 May: the shop tells on meanwhile. The run ends what it had begun, and the next one takes in the rest.
    deployment.arrive([pay("2025-05-04 11:00", "o-4-1", 100, "c-1")])
    told: list[tuple[int, int]] = []
    run = engine.advance((LAST,), on=ON, progress=lambda at, of: told.append((at, of)))
    assert (run.source.position, told, done) == (5, [(1, 3), (2, 3), (3, 3)], [0, 1])
    assert not (deployment.root / FOLDER).exists()
    run = engine.advance((LAST,), on=ON)
    assert (run.work.whole, run.work.after, run.source.position) == (False, 5, 6)
    deployment.check(LAST)


@pytest.mark.parametrize("acts", range(0, 40, 8))
def test_a_crash_at_any_moment_of_a_run_leaves_the_last_one(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, acts: int
) -> None:
    deployment.arrive(MAY)
    deployment.advance(LAST, FIRST)
    before = deployment.tables.rows("select * from credits order by all")
    deployment.arrive([click("2025-05-02 12:00", "c-9", note="note-9"), *MAY_LATE])
    with monkeypatch.context() as patch:
        Power(patch, acts)
        try:
            deployment.advance(LAST, FIRST)
        except OSError:
            assert deployment.tables.rows("select * from credits order by all") == before
            manifest = deployment.engine.manifest()
            assert manifest is not None
            assert manifest.source.position == len(MAY)
    deployment.advance(LAST, FIRST)
    deployment.check(LAST, FIRST)


MAY_LATE = [
    pay("2025-05-04 11:00", "o-4-1", 100, "c-1"),
    shop(Kind.REFUND, "2025-05-05 12:00", "o-1-1", 100, ref="r-1"),
]


def test_the_manifest_says_what_the_credits_were_made_from(deployment: Deployment) -> None:
    assert deployment.engine.manifest() is None
    deployment.arrive(MAY)
    run = deployment.advance(LAST, FIRST)
    assert deployment.engine.manifest() == run
    assert (run.source.position, run.source.files, run.on) == (5, 5, "2025-07-01")
    assert [(one.id, one.fingerprint) for one in run.definitions] == [
        ("last_click", LAST.fingerprint),
        ("first_click", FIRST.fingerprint),
    ]
    assert (run.first_day, run.last_day, run.rows, run.parts) == ("2025-05-01", "2025-05-03", 24, 6)
    # Merging the lake's files is told, and changes no credit.
    deployment.arrive([replace(click("2025-05-01 10:30", None), kind=Kind.READ) for _ in range(3)], merge=True)
    again = deployment.advance(LAST, FIRST)
    assert again.source.sha256 != run.source.sha256
    assert (again.checksum, again.work.parts_written) == (run.checksum, 0)


def test_acts_that_may_carry_a_click_id_are_those_of_the_events_rules() -> None:
    assert {kind for kind in FRONT_LINK if "click_id" not in FORBIDDEN.get(kind, ())} == affected.CLICKS


def test_a_showing_is_looked_at_for_a_day_and_a_click_for_thirty() -> None:
    look = look_of([LAST, REGISTRY.attribution("view_through", 1)])
    assert look.acts == {30 * DAY_MS: ("click", "play_5s"), DAY_MS: ("impression",)}
    assert look.clicks == ("component_click",)
    assert look_of([LAST]).acts == {}


def test_days_are_cut_into_slices_by_what_they_hold() -> None:
    homes = [("2025-05-07", 3), ("2025-05-08", 4), ("2025-05-09", 90), ("2025-05-10", 1)]
    assert slices_of(homes, sub_orders_max=8) == [
        ("2025-05-07", "2025-05-08"),
        ("2025-05-09", "2025-05-09"),
        ("2025-05-10", "2025-05-10"),
    ]
    assert slices_of([], sub_orders_max=8) == []
