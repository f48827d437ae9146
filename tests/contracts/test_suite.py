"""The suite finds what it promises to find: for each check an adapter that breaks this one thing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self

import msgspec
import pytest

from hongmao.platforms.api import (
    Answered,
    CallFailed,
    Claim,
    FileHead,
    Kind,
    MadeLink,
    Page,
    Platform,
    PullRefused,
    RefusalReason,
    Row,
    RowProblem,
    SignedSample,
    Verdict,
)
from hongmao_contracts.finding import Found
from hongmao_contracts.suite import checks_of, run
from hongmao_shopx import client, signing
from hongmao_shopx.connector import ShopxConnector
from hongmao_shopx.facts import Facts
from hongmao_shopx.files import Settlements
from hongmao_shopx.links import ShopxLinks
from hongmao_shopx.platform import SHOPX
from hongmao_shopx.targets import Conversions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from hongmao.platforms.api import (
        Call,
        Caller,
        Event,
        LinkWanted,
        Outgoing,
        PlatformAccount,
        Reply,
        TargetAccount,
        Window,
    )

SAMPLES = files("hongmao_shopx") / "samples"


class Folder:
    """A copy of shopx's folder, in which files can be changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "samples").mkdir()
        for file in SAMPLES.iterdir():
            (path / "samples" / file.name).write_bytes(file.read_bytes())
        readme = files("hongmao_shopx") / "README.md"
        (path / "README.md").write_bytes(readme.read_bytes())

    def broken(self, platform: Platform = SHOPX, *, only: str = "") -> set[str]:
        """Run the suite, or one part of it, on a platform over this folder, and name the promises it breaks."""
        path = self.path

        class Here(Found):
            @property
            def folder(self: Self) -> Any:
                return path

        found = Here(platform=platform, module="hongmao_shopx.platform")
        checks = [(name, check) for name, check in checks_of(found) if name.startswith(only)]
        assert checks
        return {result.name for result in run(checks) if not result.ok}

    def change(self, name: str, **changes: object) -> None:
        """Change a sample at its top."""
        file = self.path / "samples" / name
        file.write_bytes(msgspec.json.encode({**msgspec.json.decode(file.read_bytes()), **changes}))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_copy_of_shopx_keeps_every_promise(folder: Folder) -> None:
    assert folder.broken() == set()


def test_each_check_has_a_name_of_its_own_and_one_sentence() -> None:
    checks = [check for _, check in checks_of(SHOPX)]
    assert [name for name, count in Counter(check.name for check in checks).items() if count > 1] == []
    assert [check.name for check in checks if not check.promise.endswith(".")] == []


# Signing


def sign_without_body(sample: SignedSample) -> str:
    return signing.of_sample(replace(sample, body="")) if sample.path else signing.of_sample(sample)


def sign_known(sample: SignedSample) -> str:
    told = msgspec.json.decode((SAMPLES / "signing.json").read_bytes())["vectors"]
    return str({vector["id"]: vector["expected"] for vector in told}.get(sample.id, "?"))


def sign_the_names_only(sample: SignedSample) -> str:
    """Right for the vectors as they are, deaf to the values of their params."""
    told = msgspec.json.decode((SAMPLES / "signing.json").read_bytes())["vectors"]
    [params] = [vector["params"] for vector in told if vector.get("path", "") == sample.path] or [sample.params]
    params = params if params.keys() == sample.params.keys() else sample.params
    return signing.of_sample(replace(sample, params=params))


@pytest.mark.parametrize(
    ("sign", "promises"),
    [
        (sign_without_body, {"signing.every_vector_is_reproduced", "signing.every_signed_part_matters"}),
        (sign_known, {"signing.every_signed_part_matters"}),
        (sign_the_names_only, {"signing.every_signed_part_matters"}),
    ],
)
def test_what_signs_otherwise_is_found(folder: Folder, sign: Callable[[SignedSample], str], promises: set[str]) -> None:
    assert folder.broken(replace(SHOPX, sign=sign), only="signing") == promises


# What is pushed


class Sound(ShopxConnector):
    """A connector whose rows can be spoilt."""

    def spoil(self, row: Row) -> Row | RowProblem | None:
        return row

    def rows(self, body: bytes, *, account: str) -> list[Row | RowProblem]:
        found = [self.spoil(row) if isinstance(row, Row) else row for row in super().rows(body, account=account)]
        return [row for row in found if row is not None]


class BelievesAll(ShopxConnector):
    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        reason = super().authenticate(headers, body, secret=secret, now_ms=now_ms)
        return None if reason is RefusalReason.BAD_SIGNATURE else reason


class NeverLate(ShopxConnector):
    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        now_ms = int(headers.get("x-shopx-ts") or 0) * 1_000 if headers.get("x-shopx-ts", "").isdecimal() else now_ms
        return super().authenticate(headers, body, secret=secret, now_ms=now_ms)


class SignsNoNonce(ShopxConnector):
    """Takes a delivery under any nonce, so that it can be replayed for ever."""

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        for nonce in ("00112233445566778899aabb", "8899aabbccddeeff00112233"):
            reason = super().authenticate({**headers, "x-shopx-nonce": nonce}, body, secret=secret, now_ms=now_ms)
            if reason is not RefusalReason.BAD_SIGNATURE:
                return reason
        return reason


class IgnoresTheEnd(ShopxConnector):
    """Signs the body as a text whose spaces do not matter."""

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, *, secret: bytes, now_ms: int
    ) -> RefusalReason | None:
        return super().authenticate(headers, body.strip(), secret=secret, now_ms=now_ms)


class NamesTheTrace(ShopxConnector):
    """Makes of any header it is given an account."""

    def claim(self, headers: Mapping[str, str]) -> Claim | None:
        claim = super().claim(headers)
        if claim is None or "x-hongmao-contracts" not in headers:
            return claim
        return Claim(account="trace", nonce=claim.nonce, timestamp_s=claim.timestamp_s)


class Raises(ShopxConnector):
    def rows(self, body: bytes, *, account: str) -> list[Row | RowProblem]:
        assert account
        facts: list[Any] = msgspec.json.decode(body)["facts"]
        return super().rows(msgspec.json.encode({"facts": facts}), account=account)


class KeepsMacros(Sound):
    def spoil(self, row: Row) -> Row:
        macro = row.click_problem == "macro_unresolved"
        return msgspec.structs.replace(row, click_id="__CLICK_ID__", click_problem=None) if macro else row


class DropsRaw(Sound):
    def spoil(self, row: Row) -> Row:
        return msgspec.structs.replace(row, raw="")


class OneVersion(Sound):
    def spoil(self, row: Row) -> Row:
        return msgspec.structs.replace(row, version=1)


class BelowZero(Sound):
    def spoil(self, row: Row) -> Row:
        return (
            msgspec.structs.replace(row, amount_fen=-row.amount_fen)
            if row.kind is Kind.REFUND and row.amount_fen
            else row
        )


class Floats(Sound):
    def spoil(self, row: Row) -> Row:
        amount: Any = None if row.amount_fen is None else float(row.amount_fen)
        return msgspec.structs.replace(row, amount_fen=amount)


class DropsSilently(Sound):
    def spoil(self, row: Row) -> Row | None:
        return None if row.kind is Kind.CART else row


class Rounds(ShopxConnector):
    """Reads the yuan of a body to the nearest fen before anybody looks at them."""

    def rows(self, body: bytes, *, account: str) -> list[Row | RowProblem]:
        return super().rows(rounded(body), account=account)


class TellsSecrets(ShopxConnector):
    def rows(self, body: bytes, *, account: str) -> list[Row | RowProblem]:
        rows = super().rows(body, account=account)
        return [msgspec.structs.replace(row, raw=f"{row.raw} no-real-secret-of-shopx") for row in rows]


def rounded(body: bytes) -> bytes:
    try:
        told = msgspec.json.decode(body)
        for fact in told["facts"]:
            if str(fact.get("yuan", "")).replace(".", "").isdecimal():
                fact["yuan"] = str(Decimal(fact["yuan"]).quantize(Decimal("0.01")))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return body
    return msgspec.json.encode(told)


STRICT = "webhook.a_field_of_another_kind_is_a_problem_of_its_row"
RECORDED = "webhook.rows_are_as_recorded"
VERSIONS = "webhook.a_fact_told_twice_has_another_version"


@pytest.mark.parametrize(
    ("connector", "promises"),
    [
        (
            BelievesAll,
            {
                "webhook.every_byte_of_the_body_is_signed",
                "webhook.every_signed_header_is_signed",
                "webhook.another_secret_is_refused",
            },
        ),
        (NeverLate, {"webhook.a_stale_or_future_delivery_is_refused"}),
        (SignsNoNonce, {"webhook.every_signed_header_is_signed"}),
        (IgnoresTheEnd, {"webhook.every_byte_of_the_body_is_signed"}),
        (NamesTheTrace, {"webhook.unsigned_headers_change_nothing"}),
        (Raises, {"webhook.a_broken_body_is_named", STRICT, "webhook.no_error_tells_a_secret"}),
        (KeepsMacros, {RECORDED, STRICT}),
        (DropsRaw, {RECORDED, STRICT}),
        (OneVersion, {RECORDED, VERSIONS}),
        (BelowZero, {RECORDED, STRICT}),
        (Floats, {RECORDED, STRICT}),
        (DropsSilently, {RECORDED}),
        (Rounds, {"webhook.no_half_fen_is_rounded", RECORDED}),
        (TellsSecrets, {"webhook.no_error_tells_a_secret"}),
    ],
)
def test_a_connector_that_breaks_a_promise_is_found(
    folder: Folder, connector: type[ShopxConnector], promises: set[str]
) -> None:
    assert folder.broken(replace(SHOPX, webhook=connector()), only="webhook") - {RECORDED} == promises - {RECORDED}


# What is pulled


class BelievesEverything(Facts):
    """Reads what is no page as an empty one."""

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        try:
            return super().page(account, span, token, caller, now_ms=now_ms)
        except (PullRefused, CallFailed):
            raise
        except Exception:  # noqa: BLE001 - the very mistake
            return Page(rows=[], next_token=None)


class SwallowsSilence(Facts):
    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        try:
            return super().page(account, span, token, caller, now_ms=now_ms)
        except CallFailed:
            raise PullRefused(platform="shopx", answer="silence") from None


class StopsAfterOne(Facts):
    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        return replace(super().page(account, span, token, caller, now_ms=now_ms), next_token=None)


class NamesByTheClock(Facts):
    """Gives each row a version of the time it was asked for, so that no repeat is one."""

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        page = super().page(account, span, token, caller, now_ms=now_ms)
        rows = [
            msgspec.structs.replace(row, version=now_ms // 1_000) if isinstance(row, Row) else row for row in page.rows
        ]
        return replace(page, rows=rows)


class TalksToOthers(Facts):
    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        elsewhere = replace(account, settings={"gateway": "https://elsewhere.example"})
        return super().page(elsewhere, span, token, caller, now_ms=now_ms)


class TellsTheAnswer(Facts):
    """Repeats in its error whatever the platform said."""

    def page(self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int) -> Page:
        reply = caller.call(
            client.call_of(client.Key.of(account), "/v1/facts", self.question(span, token), now_ms=now_ms)
        )
        try:
            client.read(reply)
        except Exception as error:
            raise PullRefused(platform="shopx", answer=reply.body.decode(errors="replace")) from error

        class Once:
            def call(self, call: object) -> object:
                assert call
                return reply

        once: Any = Once()
        return super().page(account, span, token, once, now_ms=now_ms)

    @staticmethod
    def question(span: Window, token: str | None) -> dict[str, object]:
        return {"since": span.start_ms, "until": span.end_ms, "cursor": token, "size": 100}


ASKS = "pull[facts].it_asks_as_recorded"
PULLED = "pull[facts].rows_are_as_recorded"


@pytest.mark.parametrize(
    ("source", "promises"),
    [
        (BelievesEverything, {"pull[facts].a_broken_answer_is_named"}),
        (SwallowsSilence, {"pull[facts].a_call_without_a_reply_passes_through"}),
        (StopsAfterOne, {ASKS, PULLED}),
        (
            NamesByTheClock,
            {
                PULLED,
                "pull[facts].a_span_pulled_again_changes_nothing",
                "pull[facts].a_fact_told_twice_has_another_version",
            },
        ),
        (TalksToOthers, {ASKS}),
        (TellsTheAnswer, {"pull[facts].no_error_tells_a_secret"}),
    ],
)
def test_a_source_that_breaks_a_promise_is_found(folder: Folder, source: type[Facts], promises: set[str]) -> None:
    assert folder.broken(replace(SHOPX, pulls=(source(),)), only="pull") == promises


def test_a_host_that_is_not_declared_is_found(folder: Folder) -> None:
    assert folder.broken(replace(SHOPX, hosts=("other.example",)), only="pull") == {
        "pull[facts].it_calls_its_own_hosts"
    }


# Links


class Makes(ShopxLinks):
    """A maker whose link can be spoilt."""

    def spoil(self, made: MadeLink) -> MadeLink:
        return made

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:
        return self.spoil(super().make(wanted, account, caller, now_ms=now_ms))


class ForgetsTheClick(Makes):
    def spoil(self, made: MadeLink) -> MadeLink:
        return replace(made, deeplink="shopx://open?h5url=https%3A%2F%2Fm.shopx.example%2Fi%2Fi-1")


class EncodesTooLittle(Makes):
    """Nests an address as it is: its second parameter is lost to the one around it."""

    def spoil(self, made: MadeLink) -> MadeLink:
        return replace(made, deeplink=f"shopx://open?h5url={made.fallback_url}")


class LeadsElsewhere(Makes):
    def spoil(self, made: MadeLink) -> MadeLink:
        inside = "https%3A%2F%2Fm.shopx.example.evil.example%2Fi%3Fclick_id%3D__CLICK_ID__"
        return replace(made, universal_link=f"https://ul.shopx.example/open?h5url={inside}")


class MakesItUp(ShopxLinks):
    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:
        try:
            return super().make(wanted, account, caller, now_ms=now_ms)
        except Exception:  # noqa: BLE001 - the very mistake
            return MadeLink(fallback_url=f"{wanted.page_url}&click_id=__CLICK_ID__")


MADE = "link.it_is_made_as_recorded"


@pytest.mark.parametrize(
    ("maker", "promises"),
    [
        (ForgetsTheClick, {MADE, "link.every_address_carries_the_click", "link.the_click_survives_every_layer"}),
        (EncodesTooLittle, {MADE, "link.the_click_survives_every_layer"}),
        (LeadsElsewhere, {MADE, "link.every_address_is_the_platforms"}),
        (MakesItUp, {"link.a_broken_answer_is_named"}),
    ],
)
def test_a_link_that_breaks_a_promise_is_found(folder: Folder, maker: type[ShopxLinks], promises: set[str]) -> None:
    assert folder.broken(replace(SHOPX, links=maker()), only="link") == promises


# Files


class Reads(Settlements):
    """A format whose rows can be spoilt."""

    def cells(self, row: Mapping[str, str]) -> Mapping[str, str]:
        return row

    def read(
        self, row: Mapping[str, str], *, place: str, head: FileHead, account: PlatformAccount
    ) -> list[Row | RowProblem]:
        return super().read(self.cells(row), place=place, head=head, account=account)


class RoundsCells(Reads):
    def cells(self, row: Mapping[str, str]) -> Mapping[str, str]:
        yuan = row["yuan"]
        is_amount = yuan.replace(".", "").isdecimal() and yuan.isascii() and len(yuan) < 20
        return {**row, "yuan": str(Decimal(yuan).quantize(Decimal("0.01")))} if is_amount else row


class CrashesOnWords(Reads):
    def cells(self, row: Mapping[str, str]) -> Mapping[str, str]:
        assert float(row["yuan"] or 0) < 10**30
        return row


class OneNameTwice(Settlements):
    aliases: Mapping[str, Sequence[str]] = {**Settlements.aliases, "bought": ("商品ID", "订单号")}


class NeedsMore(Settlements):
    required: Sequence[str] = (*Settlements.required, "coupon")


FILE = "file[settlements]"


@pytest.mark.parametrize(
    ("format_", "promises"),
    [
        (RoundsCells, {f"{FILE}.no_half_fen_is_rounded"}),
        (CrashesOnWords, {f"{FILE}.a_cell_of_another_kind_is_a_problem_of_its_row"}),
        (NeedsMore, {f"{FILE}.its_headers_are_found"}),
    ],
)
def test_a_file_that_breaks_a_promise_is_found(folder: Folder, format_: type[Settlements], promises: set[str]) -> None:
    assert folder.broken(replace(SHOPX, files=(format_(),)), only="file") == promises


def test_two_fields_by_one_header_are_found(folder: Folder) -> None:
    assert f"{FILE}.its_headers_are_found" in folder.broken(replace(SHOPX, files=(OneNameTwice(),)), only="file")


def test_a_file_without_its_sum_proves_nothing_about_sums(folder: Folder) -> None:
    file = folder.path / "samples" / "file-settlements.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:-1]), encoding="utf-8")
    assert folder.broken(only="file") == {f"{FILE}.a_sum_below_the_rows_is_none_of_them"}


# Targets


class DeliversAnything(Conversions):
    """Takes every answer for a receipt."""

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        read = super().read(reply, items)
        return [Verdict(answered=Answered.DELIVERED) if one.reason == "unreadable" else one for one in read]


class OneVerdict(Conversions):
    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        return super().read(reply, items)[:1]


class WantsAll(Conversions):
    def wants(self, event: Event, click: Event | None) -> str | None:
        return super().wants(event, click) and "paid"


class SendsBlindly(Conversions):
    """Leaves out whatever a repeat could be known by."""

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        assert items
        return super().call(account, [], now_ms=now_ms)


class RepeatsTheAnswer(Conversions):
    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        text = reply.body.decode(errors="replace")[:100]
        return [replace(one, reason=text or one.reason) for one in super().read(reply, items)]


TARGET = "target[shopx_ads]"


@pytest.mark.parametrize(
    ("target", "promises"),
    [
        (DeliversAnything, {f"{TARGET}.replies_are_read_as_recorded", f"{TARGET}.a_broken_reply_delivers_nothing"}),
        (OneVerdict, {f"{TARGET}.replies_are_read_as_recorded", f"{TARGET}.a_broken_reply_delivers_nothing"}),
        (WantsAll, {f"{TARGET}.it_wants_these_events"}),
        (SendsBlindly, {f"{TARGET}.it_asks_as_recorded", f"{TARGET}.a_repeat_is_known_as_one"}),
        (RepeatsTheAnswer, {f"{TARGET}.replies_are_read_as_recorded", f"{TARGET}.nothing_tells_a_secret"}),
    ],
)
def test_a_target_that_breaks_a_promise_is_found(folder: Folder, target: type[Conversions], promises: set[str]) -> None:
    assert folder.broken(replace(SHOPX, targets=(target(),)), only="target") == promises


# Samples, README, gateway


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("signing.json", "signing.has_its_sample"),
        ("webhook.json", "webhook.has_its_sample"),
        ("pull-facts.json", "pull[facts].has_its_sample"),
        ("link.json", "link.has_its_sample"),
        ("file-settlements.json", f"{FILE}.has_its_sample"),
        ("file-settlements.csv", f"{FILE}.has_its_sample"),
        ("target-shopx_ads.json", "target[shopx_ads].has_its_sample"),
    ],
)
def test_a_sample_that_is_missing_is_named_with_the_file_to_write(folder: Folder, name: str, promise: str) -> None:
    (folder.path / "samples" / name).unlink()
    assert folder.broken(only=promise.partition(".")[0]) == {promise}


@pytest.mark.parametrize("name", ["webhook.json", "pull-facts.json", "link.json", "file-settlements.json"])
@pytest.mark.parametrize("content", ["{", "[]", "{}", "null"])
def test_a_sample_that_is_not_of_its_shape_is_no_sample(folder: Folder, name: str, content: str) -> None:
    (folder.path / "samples" / name).write_text(content, encoding="utf-8")
    [promise] = folder.broken(only=name.partition("-")[0].partition(".")[0])
    assert promise.endswith(".has_its_sample")


@pytest.mark.parametrize(
    ("name", "changes", "promise"),
    [
        ("pull-facts.json", {"rows": [{"problem": "other", "place": ""}]}, PULLED),
        ("pull-facts.json", {"rows": [{"kind": "pay"}]}, PULLED),
        ("pull-facts.json", {"now": "2025-05-07T11:00:31+08:00"}, ASKS),
        ("link.json", {"made": {"fallback_url": "https://m.shopx.example/"}}, MADE),
        ("link.json", {"exchanges": []}, MADE),
    ],
)
def test_a_sample_that_says_otherwise_is_believed(
    folder: Folder, name: str, changes: dict[str, object], promise: str
) -> None:
    folder.change(name, **changes)
    assert promise in folder.broken(only=promise)


@pytest.mark.parametrize("content", ["", "| certain | guessed |", "certain and second-hand"])
def test_a_readme_without_the_table_says_nothing_of_what_is_certain(folder: Folder, content: str) -> None:
    (folder.path / "README.md").write_text(content, encoding="utf-8")
    assert folder.broken(only="platform") == {"platform.tells_what_is_certain"}


@pytest.mark.parametrize(
    ("changes", "promise"),
    [
        ({"name": "ShopX", "webhook": None}, "platform.says_its_name"),
        ({"zh": " "}, "platform.says_its_name"),
        ({"hosts": ("https://open.shopx.example", client.HOST)}, "platform.names_its_doors"),
        ({"link_prefixes": (*SHOPX.link_prefixes, "m.shopx.example")}, "platform.names_its_doors"),
        ({"pulls": (*SHOPX.pulls, *SHOPX.pulls)}, "platform.names_its_doors"),
        ({"gateway": ShopxLinks().make}, "platform.shares_no_code_with_its_gateway"),
    ],
)
def test_what_a_platform_says_of_itself_is_held_against_it(
    folder: Folder, changes: dict[str, Any], promise: str
) -> None:
    broken = folder.broken(replace(SHOPX, **changes), only="platform")
    assert broken == {promise}


def test_an_error_of_the_adapters_own_breaks_the_promise_it_comes_up_in(folder: Folder) -> None:
    class Explodes(Facts):
        def page(
            self, account: PlatformAccount, span: Window, token: str | None, caller: Caller, *, now_ms: int
        ) -> Page:
            raise ZeroDivisionError(account.account, span, token, caller, now_ms)

    broken = folder.broken(replace(SHOPX, pulls=(Explodes(),)), only="pull")
    assert {name.partition(".")[0] for name in broken} == {"pull[facts]"}
    assert len(broken) >= 8
