"""What a platform pushes: proof first, then rows. The desk is played by the lines of `_told`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.api import DAY_MS, SECOND_MS, DeliveryUnreadable, RefusalReason, Row
from hongmao_contracts import changes, rows, samples
from hongmao_contracts.checks import strict
from hongmao_contracts.promises import Check, demand_none, listed
from hongmao_contracts.replay import lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hongmao.platforms.api import Claim, Connector
    from hongmao_contracts.finding import Found
    from hongmao_contracts.samples import Delivery, WebhookSample

SKEW_MS_MAX: Final = 600_000
"""What a shop's clock and ours may differ; no platform is believed beyond it."""
_NOBODY: Final = b"a secret that nobody has"


@dataclass(frozen=True, slots=True)
class Case:
    """A connector and what was pushed to it."""

    platform: str
    connector: Connector
    sample: WebhookSample

    def told(
        self,
        delivery: Delivery,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        age_ms: int | None = None,
    ) -> Claim | RefusalReason:
        """Let a delivery in or say why not, as the desk does: an account that is not the sample's has another secret.

        `age_ms` is how long ago it was signed; without it, it comes when the sample says.
        """
        headers = lowered(delivery.headers) if headers is None else headers
        claim = self.connector.claim(headers)
        if claim is None:
            return RefusalReason.HEADERS_MALFORMED
        secret = self.sample.secret.encode() if claim.account == self.sample.account else _NOBODY
        reason = self.connector.authenticate(
            headers,
            delivery.body.encode() if body is None else body,
            secret=secret,
            now_ms=samples.at_ms(delivery.now) if age_ms is None else claim.timestamp_s * SECOND_MS + age_ms,
        )
        return claim if reason is None else reason

    def rows_of(self, body: bytes) -> list[rows.Found]:
        """Read a body."""
        return list(self.connector.rows(body, account=self.sample.account))


def valid_deliveries_are_let_in(case: Case) -> None:
    """Every recorded delivery proves itself, each with a nonce of its own."""
    told = {one.name: case.told(one) for one in case.sample.deliveries}
    faults = [f"{name} is refused: {reason}" for name, reason in told.items() if isinstance(reason, RefusalReason)]
    nonces = [claim.nonce for claim in told.values() if not isinstance(claim, RefusalReason)]
    faults += [f"the nonce {nonce} is used twice" for nonce in sorted(set(nonces)) if nonces.count(nonce) > 1]
    demand_none(faults)


def every_byte_of_the_body_is_signed(case: Case) -> None:
    """A body with a byte changed, added or taken away is refused with a reason."""
    tried = [
        (f"{one.name}: byte {what}", case.told(one, body=body))
        for one in case.sample.deliveries
        for what, body in _bodies(one.body.encode())
    ]
    demand_none([f"{what}, and it is let in" for what, told in tried if _is_in(told)], of=len(tried))


def every_signed_header_is_signed(case: Case) -> None:
    """A header changed, emptied or taken away is refused, unless the sample says that it is not signed."""
    tried = [
        (f"{one.name}: header {name} {what}", case.told(one, headers=headers), case.told(one))
        for one in case.sample.deliveries
        for name in lowered(one.headers)
        if name not in {unsigned.lower() for unsigned in one.unsigned}
        for what, headers in _headers(lowered(one.headers), name)
    ]
    # A signature's hexadecimal digits may be read in either case, as long as the delivery claims the same.
    demand_none(
        [
            f"{what}, and it is let in"
            for what, told, claim in tried
            if _is_in(told) and not (what.endswith(changes.OTHER_CASE) and told == claim)
        ],
        of=len(tried),
    )


def unsigned_headers_change_nothing(case: Case) -> None:
    """A header that is not signed may change or be added: the claim stays the same."""
    tried = [
        (f"{one.name}: {what}", case.told(one, headers=headers), case.told(one))
        for one in case.sample.deliveries
        for what, headers in _harmless(lowered(one.headers), [name.lower() for name in one.unsigned])
    ]
    demand_none([f"{what}: {told}" for what, told, claim in tried if told != claim], of=len(tried))


def a_stale_or_future_delivery_is_refused(case: Case) -> None:
    """Ten minutes and a second from our clock, either way, is refused as `skew`, however well it is signed."""
    tried = [
        (f"{one.name}, signed {age_ms} ms ago", case.told(one, age_ms=age_ms))
        for one in case.sample.deliveries
        for age_ms in (SKEW_MS_MAX + SECOND_MS, -SKEW_MS_MAX - SECOND_MS, DAY_MS, -DAY_MS)
    ]
    demand_none([f"{what}: {told}" for what, told in tried if told is not RefusalReason.SKEW], of=len(tried))


def another_secret_is_refused(case: Case) -> None:
    """Signed with any other secret is `bad_signature`."""
    faults = []
    for one in case.sample.deliveries:
        for secret in (_NOBODY, b"", case.sample.secret.encode() + b"x", case.sample.secret.encode()[:-1]):
            now_ms = samples.at_ms(one.now)
            reason = case.connector.authenticate(lowered(one.headers), one.body.encode(), secret=secret, now_ms=now_ms)
            if reason is not RefusalReason.BAD_SIGNATURE:
                faults.append(f"{one.name} under {secret!r}: {reason}")
    demand_none(faults)


def rows_are_as_recorded(case: Case) -> None:
    """Each delivery gives exactly the recorded rows, whoever reads it and however often."""
    faults = []
    for one in case.sample.deliveries:
        wanted = rows.recorded(one.rows)
        for _ in range(2):
            got = case.rows_of(one.body.encode())
            faults += [f"{one.name}: {fault}" for fault in rows.differences(got, wanted)]
            faults += [f"{one.name}: {fault}" for fault in _faults(case, one, got)]
    demand_none(faults)


def a_broken_body_is_named(case: Case) -> None:
    """A body that is no list of rows raises `DeliveryUnreadable`, and no other error, whatever it holds."""
    whole = case.sample.deliveries[0].body.encode()
    bodies = [(f"cut at byte {at}", whole[:at]) for at in changes.places(len(whole))]
    bodies += [(repr(body[:8]), body) for body in (b"", b"{}", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 20_000)]
    demand_none([fault for what, body in bodies if (fault := _unnamed(case, what, body))])


def a_field_of_another_kind_is_a_problem_of_its_row(case: Case) -> None:
    """Whatever stands in a field, the row is a problem with its place or still one that the desk can keep."""
    faults: list[str] = []
    tried = 0
    for one in case.sample.deliveries:
        for what, body in strict.odd(one.body.encode()):
            tried += 1
            try:
                got = case.rows_of(body)
            except DeliveryUnreadable:
                continue
            except Exception as error:  # noqa: BLE001 - whatever escapes a connector is the finding
                faults.append(f"{one.name}: {what}: {type(error).__name__}: {error}")
                continue
            faults += [f"{one.name}: {what}: {fault}" for fault in _faults(case, one, got)]
    demand_none(faults, of=tried)


def no_half_fen_is_rounded(case: Case) -> None:
    """An amount with a fraction of a fen is a problem, never a rounded amount."""
    faults: list[str] = []
    tried = 0
    for one in case.sample.deliveries:
        more, found = strict.rounded(one.body.encode(), case.rows_of)
        tried += more
        faults += [f"{one.name}: {fault}" for fault in found]
    demand_none(faults, of=tried)


def a_fact_told_twice_has_another_version(case: Case) -> None:
    """Rows of one fact that say different things differ in version, and a later time never lowers it."""
    everything = [row for one in case.sample.deliveries for row in case.rows_of(one.body.encode())]
    stuck = strict.stuck([(one.body.encode(), case.rows_of) for one in case.sample.deliveries])
    demand_none([*strict.unversioned(everything), *stuck])


def no_error_tells_a_secret(case: Case) -> None:
    """Neither an error nor a row holds the account's secret."""
    faults: list[str] = []
    secrets = list(samples.secrets_of(case.sample.secret, case.sample.settings))
    for one in case.sample.deliveries:
        texts = [repr(case.told(one))] + [row.raw for row in case.rows_of(one.body.encode())]
        for body in (b"", b"{", one.body.encode()[:-1]):
            try:
                case.rows_of(body)
            except HongmaoError as error:
                texts += [str(error), repr(error), error.message("zh")]
        faults += [f"{one.name}: it stands in {text[:60]!r}" for text in texts if any(s in text for s in secrets)]
    demand_none(faults)


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    valid_deliveries_are_let_in,
    every_byte_of_the_body_is_signed,
    every_signed_header_is_signed,
    unsigned_headers_change_nothing,
    a_stale_or_future_delivery_is_refused,
    another_secret_is_refused,
    rows_are_as_recorded,
    a_broken_body_is_named,
    a_field_of_another_kind_is_a_problem_of_its_row,
    no_half_fen_is_rounded,
    a_fact_told_twice_has_another_version,
    no_error_tells_a_secret,
)


def of(found: Found) -> Iterator[Check]:
    """List the checks."""
    connector = found.platform.webhook
    if connector is None:
        return

    def case() -> Case:
        return Case(found.platform.name, connector, samples.read(found, "webhook", samples.WebhookSample))

    yield from listed("webhook", CHECKS, case)


def _is_in(told: Claim | RefusalReason) -> bool:
    return not isinstance(told, RefusalReason)


def _faults(case: Case, delivery: Delivery, got: list[rows.Found]) -> Iterator[str]:
    return rows.faults(got, platform=case.platform, now_ms=samples.at_ms(delivery.now))


def _unnamed(case: Case, what: str, body: bytes) -> str | None:
    try:
        got = case.rows_of(body)
    except DeliveryUnreadable:
        return None
    except Exception as error:  # noqa: BLE001 - whatever escapes a connector is the finding
        return f"{what}: {type(error).__name__}: {error}"
    return f"{what}: it is read as {len(got)} rows" if any(isinstance(row, Row) for row in got) else None


def _bodies(body: bytes) -> Iterator[tuple[str, bytes]]:
    for at in changes.places(len(body)):
        yield f"{at} changed", body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :]
    yield "added", body + b" "
    yield "put in front", b" " + body
    yield "taken away", body[:-1]


def _headers(headers: Mapping[str, str], name: str) -> Iterator[tuple[str, dict[str, str]]]:
    rest = {key: value for key, value in headers.items() if key != name}
    yield "taken away", rest
    for what, value in changes.texts(headers[name]):
        yield what, {**rest, name: value}


def _harmless(headers: Mapping[str, str], unsigned: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    yield "another header added", {**headers, "x-hongmao-contracts": "1"}
    for name in unsigned:
        yield f"{name} changed", {**headers, name: f"{headers.get(name, '')}x"}
        yield f"{name} taken away", {key: value for key, value in headers.items() if key != name}
