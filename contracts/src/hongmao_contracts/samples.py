"""The samples beside a platform: their shapes, where they stand, and what is said where one is missing or misshapen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec

from hongmao.kernel.ids import TenantId
from hongmao.platforms.api import PlatformAccount, Reply, instant
from hongmao_contracts.promises import broken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from hongmao_contracts.finding import Found

FOLDER = "samples"
TENANT = TenantId("tenant-1")
SECRET_CHARS_MIN = 6  # what is shorter stands by chance in many a text
_SECRET_NAMES = ("secret", "token", "session", "key", "password", "sign")
Shape = TypeVar("Shape")
_Some = Annotated[list[Any], msgspec.Meta(min_length=1)]


class AccountSample(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """An account as a sample writes it; its secrets are as false as they look."""

    account: str
    secret: str = ""
    settings: dict[str, str] = {}


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A request that must be made, to the letter; of the headers only those that are named."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A reply as it came."""

    status: int = 200
    headers: dict[str, str] = {}
    body: str = ""

    def reply(self) -> Reply:
        """Give it as a caller would."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Reply(status=self.status, headers=headers, body=self.body.encode())


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One ask and its reply."""

    ask: Ask
    reply: Answer


class PullSample(msgspec.Struct, frozen=True, kw_only=True):
    """A span pulled page by page. `rows` are all rows of it in order."""

    account: AccountSample
    span: tuple[str, str]
    now: str
    exchanges: Annotated[list[Exchange], msgspec.Meta(min_length=1)]
    rows: _Some


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One signed delivery. `unsigned` names the headers that the signature does not cover."""

    name: str
    now: str
    headers: dict[str, str]
    body: str
    rows: list[dict[str, Any]]
    unsigned: list[str] = []


class WebhookSample(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform pushes."""

    account: str
    secret: str
    settings: dict[str, str] = {}
    deliveries: Annotated[list[Delivery], msgspec.Meta(min_length=1)]


class LinkSample(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is made. A platform that makes its links without asking has no exchanges."""

    account: AccountSample
    wanted: dict[str, Any]
    now: str
    exchanges: list[Exchange] = []
    made: dict[str, Any]


class AppSample(msgspec.Struct, frozen=True, kw_only=True):
    """An app as a sample writes it; its secret is as false as it looks."""

    app_key: str
    secret: str
    settings: dict[str, str] = {}


class GrantedSample(msgspec.Struct, frozen=True, kw_only=True):
    """What a redeemed code was worth."""

    account: str
    secret: str
    settings: dict[str, str]
    shops: Annotated[list[tuple[str, str]], msgspec.Meta(min_length=1)]
    until_ms: int | None = None
    refresh: str | None = None
    refresh_until_ms: int | None = None


class RenewedSample(msgspec.Struct, frozen=True, kw_only=True):
    """What the grant's refresh token was worth."""

    settings: dict[str, str]
    until_ms: int | None = None
    refresh: str | None = None
    refresh_until_ms: int | None = None


class RenewalSample(msgspec.Struct, frozen=True, kw_only=True):
    """A grant renewed without its seller, by one call."""

    now: str
    exchange: Exchange
    renewed: RenewedSample


class GrantSample(msgspec.Struct, frozen=True, kw_only=True):
    """A seller's grant, from the address of the consent page to what the code was worth."""

    app: AppSample
    state: str
    verifier: str
    back: str
    asked: str
    code: str
    now: str
    exchanges: Annotated[list[Exchange], msgspec.Meta(min_length=1)]
    granted: GrantedSample
    renewal: RenewalSample | None = None
    """Where the platform renews."""


class ToldSample(msgspec.Struct, frozen=True, kw_only=True):
    """A question about a shop or an item and what was told: `scores.json`, `goods.json`, `shelf.json`."""

    account: AccountSample
    platform_shop_id: str
    platform_item_id: str = ""
    now: str
    exchanges: Annotated[list[Exchange], msgspec.Meta(min_length=1)]
    told: Any
    home_url: str = ""


class FileSample(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a sample file: what the importer is told, and the rows that must come of it."""

    head: dict[str, Any]
    account: AccountSample
    rows: _Some


class ItemSample(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to a target."""

    event: dict[str, Any]
    click: dict[str, Any] | None = None
    event_type: str
    id: str
    facts: dict[str, str] = {}


class RepliedSample(msgspec.Struct, frozen=True, kw_only=True):
    """A reply of a target and what it means for each item."""

    reply: Answer
    verdicts: _Some


class TargetSample(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a target with the replies it may get."""

    account: dict[str, Any]
    now: str
    items: Annotated[list[ItemSample], msgspec.Meta(min_length=1)]
    ask: Ask
    replies: Annotated[list[RepliedSample], msgspec.Meta(min_length=1)]


def read(found: Found, stem: str, shape: type[Shape]) -> Shape:
    """Read a sample; breaks the promise where it is missing, with the name of the file to write."""
    raw = raw_of(found, f"{stem}.json")
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        broken(f"{FOLDER}/{stem}.json is not of its shape: {error}")


def raw_of(found: Found, name: str) -> bytes:
    """Read a file of the samples. Platforms that share a folder may have one of their own, named `STEM-PLATFORM`."""
    stem, _, ending = name.rpartition(".")
    candidates = (f"{stem}-{found.platform.name}.{ending}", name)
    files = [found.folder / FOLDER / candidate for candidate in candidates]
    there = next((file for file in files if file.is_file()), None)
    if there is not None:
        return there.read_bytes()
    return broken(f"write {FOLDER}/{name} beside {found.module}: the guide says what goes into it")


def beside(found: Found, name: str) -> Traversable:
    """Name a file of the platform's folder."""
    return found.folder / name


def account_of(sample: AccountSample | WebhookSample, platform: str) -> PlatformAccount:
    """Give a sample's account as the house would."""
    return PlatformAccount(
        platform=platform,
        account=sample.account,
        tenant=TENANT,
        secret=sample.secret.encode(),
        revoked=False,
        settings=dict(sample.settings),
    )


def at_ms(when: str) -> int:
    """Read an instant of a sample."""
    return instant(when)


def secrets_of(secret: str, settings: dict[str, str]) -> Iterator[str]:
    """List what of an account nobody may read in an error: its secret, and settings that are named like one."""
    named = [value for name, value in settings.items() if any(word in name.lower() for word in _SECRET_NAMES)]
    yield from (value for value in (secret, *named) if len(value) >= SECRET_CHARS_MIN)
