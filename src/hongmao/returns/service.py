"""The return desk (回传): prove → read → dedupe → match → keep → answer. Nothing is answered before it is on disk."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import TYPE_CHECKING, Final

from hongmao.returns.contracts import BODY_BYTES_MAX, ROWS_MAX, SKEW_S_MAX, RefusalReason
from hongmao.returns.errors import (
    DeliveryRefused,
    DeliveryReplayed,
    DeliverySkewed,
    DeliveryTooLarge,
    DeliveryUnreadable,
    HeadersMalformed,
    PlatformUnknown,
)
from hongmao.returns.in_flight import InFlight
from hongmao.returns.intake import Parcel, batch_record, settled
from hongmao.returns.judge import quarantine_event
from hongmao.returns.outcomes import Answer, Delivered, Refused
from hongmao.returns.rules import Source, batch_event_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.events.api import EventLog
    from hongmao.events.contracts import Event, Kept
    from hongmao.kernel.clock import Clock
    from hongmao.returns.contracts import Claim, RowProblem, Told
    from hongmao.returns.intake import Intake
    from hongmao.returns.refusals import Refusals
    from hongmao.returns.store import AccountStore, Connector

# Signing with it costs an unknown account as much as a wrong signature costs a known one.
_NOBODYS_SECRET: Final = b"no account signs with this, ever"
_SENTENCES: Final[dict[RefusalReason, type[DeliveryRefused]]] = {
    RefusalReason.HEADERS_MALFORMED: HeadersMalformed,
    RefusalReason.SKEW: DeliverySkewed,
}
_ID_CHARS_MAX: Final = 64


class ReturnDesk:
    """Takes what shops send back. One desk per process, in one event loop."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        *,
        accounts: AccountStore,
        intake: Intake,
        connectors: Iterable[Connector],
        refusals: Refusals,
    ) -> None:
        """Work on a log, with one connector per platform."""
        self._log = log
        self._clock = clock
        self._accounts = accounts
        self._intake = intake
        self._connectors = {connector.platform: connector for connector in connectors}
        self._refusals = refusals
        self._in_flight = InFlight()

    async def receive(self, platform: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take one delivery. `headers` have lower-case names; a body beyond the limit may be given cut off.

        Raises `LogFull`/`LogClosed` where nothing can be kept now: nothing was, and the shop tries again.
        """
        connector = self._connectors.get(platform)
        if connector is None:
            refused = Refused(PlatformUnknown(id=platform[:_ID_CHARS_MAX]))
            return await self._refuse(platform, RefusalReason.UNKNOWN_PLATFORM, refused)
        if len(body) > BODY_BYTES_MAX:
            refused = Refused(DeliveryTooLarge(place="body", got=f"> {BODY_BYTES_MAX} bytes", limit=BODY_BYTES_MAX))
            return await self._refuse(platform, RefusalReason.TOO_LARGE, refused)
        claim = connector.claim(headers)
        if claim is None:
            reason = RefusalReason.HEADERS_MALFORMED
            return await self._refuse(platform, reason, _unproved(reason), body=body)
        source = self._prove(connector, claim, headers, body)
        if isinstance(source, RefusalReason):
            return await self._refuse(platform, source, _unproved(source), account=claim.account, body=body)
        return await self._take(connector, source, claim, body)

    async def close(self) -> None:
        """Write down the refusals that were only counted so far."""
        await self._refusals.flush(now=True)

    def _prove(
        self, connector: Connector, claim: Claim, headers: Mapping[str, str], body: bytes
    ) -> Source | RefusalReason:
        now_ms = self._clock.now_ms()
        account = self._accounts.find(connector.platform, claim.account)
        secret = _NOBODYS_SECRET if account is None else account.secret
        reason = connector.authenticate(headers, body, secret=secret, now_ms=now_ms)
        if account is None:
            return reason if reason is RefusalReason.SKEW else RefusalReason.UNKNOWN_ACCOUNT
        if reason is not None:
            return reason
        if account.revoked:
            return RefusalReason.REVOKED
        return Source(platform=connector.platform, account=claim.account, tenant=account.tenant, now_ms=now_ms)

    async def _take(self, connector: Connector, source: Source, claim: Claim, body: bytes) -> Answer:
        await self._refusals.flush()
        try:
            rows = connector.rows(body, account=source.account)
        except DeliveryUnreadable as error:
            return await self._set_aside(source, claim, body, Refused(error))
        if len(rows) > ROWS_MAX:
            too_many = DeliveryTooLarge(place="events", got=len(rows), limit=ROWS_MAX)
            return await self._set_aside(source, claim, body, Refused(too_many))
        parcel = _parcel(source, claim, body, rows)
        drafts = self._intake.drafts(parcel)
        ids = {batch_event_id(source.platform, source.account, claim.nonce)}.union(*(one.ids for one in drafts))
        async with self._in_flight.hold(ids):
            plan = self._intake.plan(parcel, drafts)
            if plan is None:
                return await self._replayed(source, claim, body)
            kept = await self._append(plan.events)
        if kept[-1].duplicate:  # another process took the same nonce in this very moment
            return await self._replayed(source, claim, body)
        return Delivered(tuple(settled(plan.judged, kept)))

    async def _set_aside(self, source: Source, claim: Claim, body: bytes, refused: Refused) -> Answer:
        """Keep a signed body that is no list of rows, whole, and remember its nonce."""
        record_id = batch_event_id(source.platform, source.account, claim.nonce)
        async with self._in_flight.hold({record_id}):
            if self._log.known({record_id}):
                return await self._replayed(source, claim, body)
            raw, is_base64 = _text_of(body)
            whole = quarantine_event(source, refused.error.code, raw, is_base64=is_base64)
            record = batch_record(_parcel(source, claim, body, []), [], outcome=refused.error.code)
            await self._append([whole, record])
        return refused

    async def _replayed(self, source: Source, claim: Claim, body: bytes) -> Refused:
        refused = Refused(DeliveryReplayed(nonce=claim.nonce))
        return await self._refuse(source.platform, RefusalReason.REPLAYED, refused, account=source.account, body=body)

    async def _refuse(
        self,
        platform: str,
        reason: RefusalReason,
        refused: Refused,
        *,
        account: str | None = None,
        body: bytes | None = None,
    ) -> Refused:
        await self._refusals.note(platform, reason, account=account, body=body)
        return refused

    async def _append(self, events: Sequence[Event]) -> tuple[Kept, ...]:
        # Shielded: a shop that hangs up must not undo a commit that others wait for.
        return await asyncio.shield(asyncio.wrap_future(self._log.append(events)))


def _unproved(reason: RefusalReason) -> Refused:
    return Refused(_SENTENCES.get(reason, DeliveryRefused)(limit_s=SKEW_S_MAX))


def _parcel(source: Source, claim: Claim, body: bytes, rows: Sequence[Told | RowProblem]) -> Parcel:
    digest = hashlib.sha256(body).hexdigest()
    return Parcel(source=source, nonce=claim.nonce, size_bytes=len(body), sha256=digest, rows=rows)


def _text_of(body: bytes) -> tuple[str, bool]:
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
