"""The whole way: what the shops said goes through the queue to every media's receiver, in weather, once each."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from hongmao.catalog.contracts import TenantKind
from hongmao.events.contracts import Kind
from hongmao.kernel.ids import IdMaker
from hongmao.kernel.time import HOUR_MS, MINUTE_MS, SECOND_MS, instant
from hongmao.platforms.media.platform import MEDIA
from hongmao.returns.out.contracts import SentOnRecord
from hongmao.returns.out.sender import Sender
from hongmao.returns.out.service import Dispatcher
from hongmao.returns.out.watch import Watch
from hongmao.storage.models import TenantRow
from hongmao.storage.outgoing import SqlOutbox
from hongmao.storage.scope import PlatformScope
from hongmao.storage.target_accounts import SqlTargetAccountStore
from hongmao.storage.vault import Vault
from links.factories import MemoryLog
from platforms.media.mediahouse import NOW, MediaHouse, a_click, an_event
from storage.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.events.contracts import Event

MEDIA_CLICKED = ("juguang", "oceanengine", "tencent", "meta", "tiktok")
TICK_MS = 20 * SECOND_MS


class Queue:
    """A house that sends on to the media, wired as bootstrap does."""

    def __init__(self, media: MediaHouse, database: Any, folder: Path) -> None:
        self.media = media
        self.clock = media.clock
        self.log = MemoryLog()
        self.outbox = SqlOutbox(database)
        self.accounts = SqlTargetAccountStore(database, Vault(folder / "vault.key"))
        with database.session(PlatformScope("a test founds a tenant"), write=True) as session:
            session.add(TenantRow(id="t-1", name="t-1", kind=TenantKind.MERCHANT))
        self.dispatcher = Dispatcher(self.outbox, self.accounts, MEDIA.targets, self.clock)
        self.watch = Watch(self.outbox, self.accounts, MEDIA.targets)
        ids = IdMaker(self.clock, random.Random(7))
        self.sender = Sender(self.outbox, self.accounts, MEDIA.targets, media, self.log, ids=ids, watch=self.watch)

    def happen(self, *events: Event) -> None:
        """Let events come to the log and be enqueued."""
        self.log.append(list(events)).result()
        self.dispatcher.absorb(self.log.read(after=self.dispatcher.position(), limit=10_000))

    def run(self, minutes: int) -> None:
        """Let the sender work, three times a minute."""
        for _ in range(minutes * MINUTE_MS // TICK_MS):
            while self.sender.run_due(self.clock.now_ms()):
                self.happen()
            self.clock.advance(TICK_MS)

    def ends(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Give how each return ended, by target and event."""
        found = {}
        for event in self.log.kept:
            if event.kind is Kind.SENT_ON:
                record = msgspec.json.decode(event.detail or "", type=SentOnRecord)
                found[record.target, record.event_id] = (event.outcome or "", record.reason)
        return found


@contextmanager
def a_queue(media: MediaHouse, folder: Path, *, names: tuple[str, ...]) -> Iterator[Queue]:
    with opened() as database:
        queue = Queue(media, database, folder)
        for name in names:
            queue.accounts.add(media.account(name))
        yield queue


def click_of(media: str | None, number: int, **more: Any) -> Event:
    return a_click(media, f"theirs-{number}", event_id=f"clk:{number}", click_id=f"ours-{number}", **more)


def said(kind: Kind, number: int, click: int, at: str = "2025-05-07T10:44:00+08:00") -> Event:
    return an_event(kind, at, number=number, click_id=f"ours-{click}", event_id=f"ret:{kind.value}-{number}")


def test_in_rough_weather_every_return_is_taken_once_by_its_own_media(media: MediaHouse, tmp_path: Path) -> None:
    names = ("juguang", "juguang_goods", "oceanengine", "tencent", "meta", "tiktok")
    with a_queue(media, tmp_path, names=names) as queue:
        media.weather(error_share=0.5, per_minute_max=20)
        queue.happen(*(click_of(name, number) for number, name in enumerate(MEDIA_CLICKED)))
        for click in range(len(MEDIA_CLICKED)):
            order = click + 1
            queue.happen(said(Kind.VISIT, order, click), said(Kind.PAY, order, click), said(Kind.REFUND, order, click))
        queue.run(30)

        ends = queue.ends()
        assert {outcome for outcome, _ in ends.values()} == {"delivered"}
        # 聚光 has visit, payment and negative sample, and as 商品成交 payment and negative sample; two know no refund.
        counts = {name: sum(target == name for target, _ in ends) for name in names}
        assert counts == {
            "juguang": 3,
            "juguang_goods": 2,
            "oceanengine": 3,
            "tencent": 3,
            "meta": 2,
            "tiktok": 2,
        }
        assert queue.outbox.pending(None, limit=10) == []
    # The two accounts of 聚光 send the same negative sample of one order: it is one there.
    assert len(media.kept("juguang_conversions")) == 4
    for name in ("oceanengine", "tencent", "meta", "tiktok"):
        assert len(media.kept(f"{name}_conversions")) == counts[name]


def test_down_for_fifty_minutes_juguang_gets_every_return_within_its_hour(media: MediaHouse, tmp_path: Path) -> None:
    start = instant(NOW)
    with a_queue(media, tmp_path, names=("juguang",)) as queue:
        queue.happen(*(click_of("juguang", number) for number in range(5)))
        queue.happen(*(said(Kind.PAY, number, number) for number in range(5)))
        media.weather(down_from_ms=start, down_until_ms=start + 50 * MINUTE_MS)
        queue.run(59)
        assert set(queue.ends().values()) == {("delivered", "")}
        assert len(media.kept("juguang_conversions")) == 5


def test_LINK_3_what_cannot_be_sent_ends_with_its_own_reason_and_takes_nobody_along(
    media: MediaHouse, tmp_path: Path
) -> None:
    with a_queue(media, tmp_path, names=("juguang", "tiktok")) as queue:
        queue.happen(
            a_click("juguang", "c" * 31, event_id="clk:0", click_id="ours-0"),
            a_click("tiktok", "__CLICKID__", event_id="clk:1", click_id="ours-1"),
            click_of("tiktok", 2),
        )
        queue.happen(*(said(Kind.PAY, number, number) for number in range(3)))
        queue.run(1)
        assert queue.ends() == {
            ("juguang", "ret:pay-0"): ("refused", "click_id_too_long"),
            ("tiktok", "ret:pay-1"): ("refused", "macro_unresolved"),
            ("tiktok", "ret:pay-2"): ("delivered", ""),
        }


def test_a_wrong_token_loses_nothing_once_it_is_mended(media: MediaHouse, tmp_path: Path) -> None:
    with a_queue(media, tmp_path, names=()) as queue:
        queue.accounts.add(media.account("juguang", access_token="expired"))
        queue.happen(click_of("juguang", 0))
        queue.happen(said(Kind.PAY, 0, 0))

        queue.run(20)  # 10:45 to 11:05: refused at every try, and waiting
        (waiting,) = queue.outbox.pending(None, limit=10)
        assert (waiting.reason, queue.ends()) == ("credentials", {})

        queue.accounts.add(media.account("juguang"))  # 11:05: somebody renews the token
        queue.run(30)
        assert queue.ends() == {("juguang", "ret:pay-0"): ("delivered", "")}
        assert queue.clock.now_ms() < instant("2025-05-07T10:44:00+08:00") + HOUR_MS


def test_one_item_that_meta_will_not_take_does_not_hold_up_the_others(media: MediaHouse, tmp_path: Path) -> None:
    with a_queue(media, tmp_path, names=("meta",)) as queue:
        queue.happen(*(click_of("meta", number) for number in range(4)))
        events = [said(Kind.PAY, number, number) for number in range(4)]
        events[2] = msgspec.structs.replace(events[2], amount_fen=None)  # a Purchase without a value fails them all
        queue.happen(*events)
        queue.run(10)
        ends = queue.ends()
        assert ends.pop(("meta", "ret:pay-2")) == ("refused", "refused")
        assert set(ends.values()) == {("delivered", "")}
        assert len(ends) == len(media.kept("meta_conversions")) == 3
