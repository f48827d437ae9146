"""Returns on their way to the media, and the media themselves, in one process and by one clock."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hongmao.events.contracts import Event, Kind
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import instant
from hongmao.platforms.api import Call, Outgoing, Reply, TargetAccount
from hongmao.platforms.media.consented import Identifiers
from hongmao.platforms.media.platform import MEDIA, targets
from hongmao.platforms.sandbox.shop import create_shop_app
from platforms.sandbox.browser import BASE, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import Target, Verdict
    from hongmao.returns.out.parcels import Packed

TOKEN = "the driver's token"
CLICKED = "2025-05-07T10:00:00+08:00"
PAID = "2025-05-07T10:30:00+08:00"
NOW = "2025-05-07T10:45:00+08:00"
SESSION = "fake-token-of-the-media"
BUYER = Identifiers(
    consent="consent-2025-05-01-0007",
    email=" Alice_ABC@gmail.com ",
    phone="138 0013 8000",
    external_id="user_123",
    oaid="oaid-0a1b",
    caid="caid-9f8e",
    idfa="6d92078a-8246-4ba4-ae5b-76104861e7dc",
    imei="86A000000000017",
    android_id="a1b2c3d4e5f60718",
    ip="203.0.113.7",
    user_agent="Mozilla/5.0 (Linux; Android 14)",
    province="浙江省",
    city="杭州市",
)


def told_buyer(_account: TargetAccount, _item: Outgoing, /) -> Identifiers:
    """Tell of the one buyer who agreed."""
    return BUYER


TARGETS: dict[str, Target] = {target.name: target for target in MEDIA.targets}
TOLD: dict[str, Target] = {target.name: target for target in targets(told_buyer)}
MEDIA_OF = {
    "juguang": "juguang",
    "juguang_goods": "juguang",
    "juguang_token": "juguang",
    "oceanengine": "oceanengine",
    "tencent": "tencent",
    "meta": "meta",
    "tiktok": "tiktok",
}


@cache
def key_pair() -> tuple[bytes, str]:
    """Make an RSA key for this run: the private one as the account's secret, the public one for the receiver."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private, public.decode()


def settings(name: str) -> dict[str, str]:
    """Give the settings that an account of this target needs."""
    return {
        "juguang": {"app_id": "900001", "access_token": SESSION},
        "juguang_goods": {"app_id": "900001", "access_token": SESSION},
        "juguang_token": {"advertiser_id": "900001", "access_token": SESSION},
        "oceanengine": {"customer_id": "900001", "app_access_token": SESSION},
        "tencent": {"account_id": "900001", "user_action_set_id": "11", "access_token": SESSION},
        "meta": {"pixel_id": "900001", "access_token": SESSION, "test_event_code": "TEST1"},
        "tiktok": {"event_source_id": "900001", "access_token": SESSION, "test_event_code": "TEST1"},
    }[name]


def account_of(name: str, *, test: bool = False, secret: bytes = b"", **more: str) -> TargetAccount:
    """Make an account; `endpoint` and other settings by name."""
    if name == "oceanengine":
        secret = secret or key_pair()[0]
    return TargetAccount(
        id=f"acc-{name}",
        target=name,
        tenant=TenantId("t-1"),
        settings=settings(name) | more,
        secret=secret,
        test=test,
    )


def a_click(media: str | None = None, theirs: str | None = "theirs-1", **more: Any) -> Event:
    """A tap that led to the shop at ten o'clock: another media's, or our own community's where `media` is None."""
    found: dict[str, Any] = {
        "event_id": "clk:1",
        "kind": Kind.COMPONENT_CLICK,
        "occurred_at_ms": instant(CLICKED),
        "tenant": "t-1",
        "link": "lnk-1",
        "note": "n-1",
        "line": "cid",
        "click_id": "0MWXk2qTz7c1aB3dE5fG",
        "platform": "taobao",
        "media": media,
        "media_click": theirs if media else None,
    }
    return Event(**(found | more))


def an_event(kind: Kind = Kind.PAY, at: str = PAID, number: int = 1, **more: Any) -> Event:
    """What the shop said: by default a payment of 299.05 for a sub-order, at half past ten."""
    found: dict[str, Any] = {
        "event_id": f"ret:{number}",
        "kind": kind,
        "occurred_at_ms": instant(at),
        "source": "taobao",
        "platform": "taobao",
        "tenant": "t-1",
        "merchant": "m-1",
        "shop": "s-1",
        "item": "taobao:612345678901",
        "click_id": "0MWXk2qTz7c1aB3dE5fG",
        "version": 1,
    }
    if kind in {Kind.ORDER, Kind.PAY, Kind.PRESALE_BALANCE, Kind.REFUND}:
        found |= {
            "order_id": f"2233445566778899{number - 1:03}",
            "sub_order_id": f"22334455667788990{number:02}",
            "quantity": 2,
            "amount_fen": 29_905,
        }
    if kind is Kind.REFUND:
        found["ref"] = f"r-{number}"
    return Event(**(found | more))


def an_item(
    name: str, event: Event | None = None, click: Event | None = None, *, number: int = 1, **facts: Any
) -> Outgoing:
    """One return on its way to a target, with the event type that the target itself wants."""
    media = MEDIA_OF[name]
    event = event or an_event(number=number)
    click = click or a_click(media)
    event_type = TOLD[name].wants(event, click)
    assert event_type is not None, (name, event.kind)
    return Outgoing(id=f"out:{number:032x}", event=event, event_type=event_type, click=click, facts=facts)


@dataclass
class MediaHouse:
    """The media's receivers over one market, with the sender's hands."""

    browser: Browser
    clock: SetClock

    def at(self, when: str) -> None:
        """Move to an instant."""
        self.clock.set(instant(when))

    def account(self, name: str, **more: Any) -> TargetAccount:
        """Make an account whose endpoint is the receiver's."""
        base = {
            "juguang": "/gw/media/juguang/api/open",
            "oceanengine": "/gw/media/oceanengine/api/v2",
            "tencent": "/gw/media/tencent/v3.0",
            "meta": "/gw/media/meta/v24.0",
            "tiktok": "/gw/media/tiktok/open_api/v1.3",
        }[MEDIA_OF[name]]
        return account_of(name, **({"endpoint": f"{BASE}{base}"} | more))

    def call(self, call: Call) -> Reply:
        """Carry a call to its receiver."""
        split = urlsplit(call.url)
        path = f"{split.path}?{split.query}" if split.query else split.path
        answer = self.browser.send(call.method, path, headers=dict(call.headers), content=call.body)
        return Reply(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=answer.content,
        )

    def send(self, name: str, items: Sequence[Outgoing], **more: Any) -> list[Verdict]:
        """Write one request of a target, carry it, read the answer."""
        target = TOLD[name] if name == "juguang_token" else TARGETS[name]
        call = target.call(self.account(name, **more), items, now_ms=self.clock.now_ms())
        return list(target.read(self.call(call), items))

    def kept(self, page: str) -> list[Any]:
        """Read what a receiver kept."""
        answer = self.browser.get(f"/_control/notebook/media/{page}", headers={"X-Control-Token": TOKEN})
        assert answer.status_code == 200, answer.text
        return [note["value"] for note in answer.json()["notes"]]

    def control(self, name: str, body: Mapping[str, Any]) -> None:
        """Tell the sandbox something."""
        answer = self.browser.post(f"/_control/{name}", headers={"X-Control-Token": TOKEN}, json=body)
        assert answer.status_code == 200, answer.text

    def weather(self, **told: Any) -> None:
        """Let the media behave so from now on."""
        self.control("weather", {"platform": "media", "weather": told})


@contextmanager
def open_media(db_path: Path, clock: SetClock) -> Iterator[MediaHouse]:
    """Open the receivers, with one key that all of them know."""
    gateway = MEDIA.gateway
    assert gateway is not None
    app = create_shop_app(db_path=db_path, clock=clock, control_token=TOKEN, seed=7, gateways={"media": gateway})
    with Browser(app) as browser:
        house = MediaHouse(browser=browser, clock=clock)
        key = {"platform": "media", "app_key": "900001", "secret": key_pair()[1], "session": SESSION}
        house.control("gateway-keys", key)
        yield house


def all_of(packed: Packed) -> list[str]:
    """List every id of a packing, sent or turned away."""
    sent = [item.id for parcel in packed.parcels for item in parcel.items]
    return sent + [item.id for item, _ in packed.turned_away]
