"""`POST /v1/events` the short way: bodies that are right are read in bulk and answered with one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.events.api import BulkReader
from hongmao.web.edge.asgi import Answer, answer_error
from hongmao.web.edge.marking import Marker
from hongmao.web.edge.origin import Whence, device_of
from hongmao.web.edge.reader import cookie_of, fresh_reader, read_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hongmao.events.api import Kept
    from hongmao.kernel.errors import HongmaoError
    from hongmao.kernel.ids import RandomBits, ReaderId
    from hongmao.telemetry.parts import EdgeMeter
    from hongmao.web.edge.hot.keeping import Keeper
    from hongmao.web.edge.origin import Origins
    from hongmao.web.services import EdgeServices

_HEADERS = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}


class CollectDesk:
    """Reads batches and has them kept."""

    def __init__(
        self, services: EdgeServices, random: RandomBits, meter: EdgeMeter, origins: Origins, *, secure_cookies: bool
    ) -> None:
        """Work with the house's services."""
        self._services = services
        self._bulk = BulkReader(services.collector.enrich, services.jump.parts.table.edition)
        self._random = random
        self._meter = meter
        self._caps = services.jump.parts.caps
        self._agent = origins.agent
        self._secure = secure_cookies

    def take(
        self,
        headers: Mapping[str, str],
        body: bytes,
        net: bytes | None,
        keeper: Keeper,
        done: Callable[[Answer], None],
    ) -> bool:
        """Have a batch from a network kept and answered by `done`; False where the long way should look at it."""
        if "content-encoding" in headers:
            return False
        known = read_reader(headers)
        reader = known or fresh_reader(self._random)
        now_ms = self._services.clock.now_ms()
        device = device_of(known, self._agent(headers.get("user-agent", "")), net)
        mark = Marker(self._caps, Whence(device, net), now_ms)
        bulk = self._bulk.read(body, reader=reader, now_ms=now_ms, mark=mark)
        if bulk is None:
            return False
        greeting = {} if known else {"set-cookie": cookie_of(reader, secure=self._secure)}
        keeper.keep(_Batch(self, reader, now_ms, bulk.ids, greeting, mark, done), bulk.ids, bulk.records)
        return True

    def kept(self, reader: ReaderId, now_ms: int, ids: Sequence[str], kept: Sequence[Kept]) -> bytes:
        """Write the outcomes of a batch that is on disk."""
        self._services.catalog.remember_reader(reader, now_ms)
        repeats = sum(one.duplicate for one in kept)
        if len(ids) > repeats:
            self._meter.collected("accepted", len(ids) - repeats)
        if not repeats:
            told = '","outcome":"accepted"},{"event_id":"'.join(ids)
            return f'{{"outcomes":[{{"event_id":"{told}","outcome":"accepted"}}]}}'.encode("ascii")
        self._meter.collected("duplicate", repeats)
        rows = (
            f'{{"event_id":"{id}","outcome":"{"duplicate" if one.duplicate else "accepted"}"}}'
            for id, one in zip(ids, kept, strict=True)
        )
        return f'{{"outcomes":[{",".join(rows)}]}}'.encode("ascii")


class _Batch:
    """One body under way."""

    __slots__ = ("_desk", "_done", "_greeting", "_ids", "_mark", "_now_ms", "_reader")

    def __init__(
        self,
        desk: CollectDesk,
        reader: ReaderId,
        now_ms: int,
        ids: Sequence[str],
        greeting: Mapping[str, str],
        mark: Marker,
        done: Callable[[Answer], None],
    ) -> None:
        self._desk, self._reader, self._now_ms, self._ids = desk, reader, now_ms, ids
        self._greeting, self._mark, self._done = greeting, mark, done

    def kept(self, answer: Sequence[Kept]) -> None:
        body = self._desk.kept(self._reader, self._now_ms, self._ids, answer)
        self._done(Answer(200, body, {**_HEADERS, **self._greeting}))

    def failed(self, error: HongmaoError) -> None:
        self._mark.take_back()
        self._done(answer_error(error))
