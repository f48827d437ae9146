"""The API over real contexts and a database of its own, and somebody who calls it."""

from __future__ import annotations

import random
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hongmao.billing.api import Agencies, Books, Rating
from hongmao.bootstrap.admission import admission_of
from hongmao.bootstrap.bills import put_up_bills
from hongmao.campaigns.api import Authorisations, Campaigns
from hongmao.catalog.api import PLATFORM, Role
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.ids import IdMaker
from hongmao.links.api import Care, Links
from hongmao.links.care.api import ItemFacts
from hongmao.platforms.contracts import LinkWanted, MadeLink
from hongmao.platforms.registry import load_platforms
from hongmao.returns.api import Returning
from hongmao.storage.accounts import SqlAccountStore
from hongmao.storage.agencies import SqlAgencyStore
from hongmao.storage.authorisations import SqlAuthorisationStore
from hongmao.storage.billing_rates import SqlRateStore
from hongmao.storage.campaigns import SqlCampaignStore
from hongmao.storage.care import SqlCareStore
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.marks import SqlMarks
from hongmao.storage.outgoing import SqlOutbox
from hongmao.storage.target_accounts import SqlTargetAccountStore
from hongmao.storage.vault import Vault
from hongmao.web.api import routes
from hongmao.web.auth import close_session, open_session, sign_in, signed_in
from hongmao.web.problems import problem_response
from hongmao.web.services import Health, Services
from links.factories import MemoryLog
from platforms.sandbox.browser import Browser
from storage.opened import ROOT, House, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx
    from starlette.requests import Request

    from hongmao.storage.database import Database

# Every platform's shops stand in one building here.
ALLOWED = dict.fromkeys(load_platforms(), ("http://shop.example/", "sandboxshop://"))
PASSWORD = "correct horse"
ITEM_PAGE = "http://shop.example/item/item-1"


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a key; None for a stranger."""

    browser: Browser
    key: str | None

    def get(self, path: str, **query: object) -> httpx.Response:
        """Ask."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return self.browser.get(f"{path}?{asked}" if asked else path, self.headers)

    def post(self, path: str, body: object) -> httpx.Response:
        """Send JSON."""
        return self.browser.post(path, self.headers, json=body)

    def send(self, path: str, body: bytes, method: str = "POST") -> httpx.Response:
        """Send any bytes."""
        return self.browser.send(method, path, headers=self.headers, content=body)

    def add(self, path: str, **body: object) -> dict[str, Any]:
        """Send what must be taken."""
        answer = self.post(path, body)
        assert answer.status_code in {200, 201}, answer.text
        return cast("dict[str, Any]", answer.json())

    @property
    def headers(self) -> Mapping[str, str]:
        """Show the key."""
        return {} if self.key is None else {"authorization": f"Bearer {self.key}"}


class PlainMaking:
    """Makes links as a platform without an app of its own would: the page itself, with its place for the click id."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, LinkWanted]] = []

    def make(self, tenant: str, platform: str, wanted: LinkWanted, *, account: str | None = None) -> MadeLink:  # noqa: ARG002 - the maker has one account
        """Make one link."""
        self.asked.append((tenant, platform, wanted))
        return MadeLink(fallback_url=f"{wanted.page_url}?clickid=__CLICK_ID__")


class Pages:
    """Pages that tell what a test says, and nothing at first."""

    def __init__(self) -> None:
        self.facts = ItemFacts()

    def read(self, _wanted: object) -> ItemFacts:
        """Read any page."""
        return self.facts


class Front:
    """A deployment seen through its API. `insight` stands in for reports where a test is about them."""

    def __init__(self, database: Database, folder: Path, insight: object = None) -> None:
        """Wire it as bootstrap does."""
        self.house = House(database)
        self.clock = self.house.clock
        self.catalog = self.house.catalog
        self.accounts = SqlAccountStore(database, Vault(folder / "vault.key"))
        ids = IdMaker(self.clock, random.Random(11))
        self.links = Links(SqlLinkStore(database), self.clock, ids, ALLOWED)
        self.pages = Pages()
        self.care = Care(SqlCareStore(database), self.pages, self.clock, ALLOWED)
        self.targets = SqlTargetAccountStore(database, Vault(folder / "vault.key"))
        every = [target for platform in load_platforms().values() for target in platform.targets]
        self.returning = Returning(SqlOutbox(database), self.targets, every, self.clock)
        self.admission = admission_of(database, self.catalog, self.clock)
        self.demanded = False
        self.authorisations = Authorisations(
            SqlAuthorisationStore(database), self.catalog, self.clock, demanded=lambda: self.demanded
        )
        self.campaigns = Campaigns(
            SqlCampaignStore(database),
            self.links,
            self.catalog,
            self.clock,
            rights=self.authorisations,
            admission=self.admission.eligibility,
        )
        appointments = SqlAgencyStore(database)
        self.agencies = Agencies(appointments, self.catalog, self.clock)
        self.log = MemoryLog()
        self.books = Books(
            self.house.ledger,
            self.catalog,
            self.clock,
            agencies=self.agencies,
            appointments=appointments,
            charging=self.house.billing,
            log=self.log,
        )
        self.lag = 3
        self.app = self._app(insight)
        self.catalog.bootstrap_admin(password=PASSWORD)
        self._admin = self.catalog.issue_key(ROOT, name="tests", role=Role.ADMIN).secret

    def caller(self, browser: Browser, role: Role = Role.ADMIN, tenant: str = PLATFORM) -> Caller:
        """Give a program with a role in a tenant that is there."""
        admin = Caller(browser, self._admin)
        if (role, tenant) == (Role.ADMIN, PLATFORM):
            return admin
        return Caller(browser, admin.add("/v1/keys", tenant=tenant, name="tests", role=role.value)["secret"])

    def _app(self, insight: object) -> Starlette:
        nothing = cast("Any", None)
        app = Starlette(routes=[*routes, *_door], exception_handlers={HongmaoError: _said})
        app.state.session_key = b"a key of thirty-two bytes, really"
        app.state.session_clock = self.clock
        app.state.cookie_secure = False
        app.state.services = Services(
            **dict.fromkeys(Services.__slots__, nothing)
            | {
                "clock": self.clock,
                "catalog": self.catalog,
                "links": self.links,
                "marks": SqlMarks(self.house.database),
                "care": self.care,
                "link_making": PlainMaking(),
                "returning": self.returning,
                "target_accounts": self.targets,
                "accounts": self.accounts,
                "ledger": self.house.ledger,
                "billing": self.house.billing,
                "agencies": self.agencies,
                "bills": put_up_bills(self.house.database, self.house.ledger, self.catalog, self.clock, lambda _: ()),
                "books": self.books,
                "campaigns": self.campaigns,
                "rating": Rating(SqlRateStore(self.house.database), self.campaigns, self.clock),
                "authorisations": self.authorisations,
                "eligibility": self.admission.eligibility,
                "policy": self.admission.policy,
                "insight": cast("Any", insight),
                "health": lambda: Health(log_end=7, lag={"lake": self.lag, "billing": 0}),
                "settle": self._settle,
            }
        )
        return app

    def _settle(self) -> None:
        self.lag = 0


@contextmanager
def front(insight: object = None) -> Iterator[tuple[Front, Browser]]:
    """Open a fresh deployment and a browser without a cookie."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="hongmao-api-")))
        made = Front(stack.enter_context(opened()), folder, insight)
        yield made, stack.enter_context(Browser(made.app))


def found_tenant(admin: Caller, number: int = 1) -> str:
    """Add a merchant with a shop, an item, a note and a link in a tenant of its own; give the tenant's id."""
    tenant = f"tenant-{number}"
    admin.add("/v1/tenants", id=tenant, name=f"品牌{number}", kind="merchant")
    admin.add("/v1/merchants", id=f"merchant-{number}", tenant=tenant, name="初晴")
    admin.add("/v1/shops", tenant=tenant, **shop_body(number))
    admin.add("/v1/items", tenant=tenant, **item_body(number))
    admin.add("/v1/creators", id=f"creator-{number}", name="阿橙的梳妆台", bio="")
    admin.add("/v1/notes", **note_body(number))
    admin.add("/v1/links", tenant=tenant, **link_body(number))
    return tenant


def shop_body(number: int) -> dict[str, object]:
    """Fill in a shop."""
    return {
        "id": f"shop-{number}",
        "merchant": f"merchant-{number}",
        "platform": "sandbox",
        "platform_shop_id": f"shop-{number}",
        "name": "初晴旗舰店",
        "home_url": f"http://shop.example/shop/shop-{number}",
    }


def item_body(number: int) -> dict[str, object]:
    """Fill in an item."""
    return {
        "id": f"item-{number}",
        "shop": f"shop-{number}",
        "spu": f"spu-{number}",
        "platform_item_id": f"item-{number}",
        "title": "清透防晒乳",
        "price_fen": 12_900,
        "url": f"http://shop.example/item/item-{number}",
    }


def note_body(number: int) -> dict[str, object]:
    """Fill in a note."""
    return {
        "id": f"note-{number}",
        "creator": f"creator-{number}",
        "type": "picture",
        "title": "用了三周，说点实话",
        "body": "真实使用。",
        "topic": "美妆个护",
        "cover": "note-1",
        "published_at_ms": 1_746_583_200_000,
    }


def link_body(number: int) -> dict[str, object]:
    """Fill in a link."""
    return {
        "id": f"link-{number}",
        "note": f"note-{number}",
        "shop": f"shop-{number}",
        "target": "item",
        "item": f"item-{number}",
        "deeplink": f"sandboxshop://open?h5url=http%3A%2F%2Fshop.example%2Fitem%2Fitem-{number}",
        "fallback_url": f"http://shop.example/item/item-{number}",
        "button": "购买同款",
        "title": "同款好物",
        "price_fen": 80,
    }


async def _sign_in(request: Request) -> Response:
    form = await request.json()
    who = sign_in(request, form["login"], form["password"])
    answer = JSONResponse({"name": who.name})
    open_session(request, answer, who)
    return answer


def _sign_out(request: Request) -> Response:
    answer = Response(status_code=204)
    close_session(request, answer)
    return answer


def _me(request: Request) -> Response:
    who = signed_in(request)
    return JSONResponse({"id": who.id, "tenant": who.tenant, "role": who.role.value})


def _said(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HongmaoError)
    return problem_response(error)


_door = [
    Route("/sign-in", _sign_in, methods=["POST"]),
    Route("/sign-out", _sign_out, methods=["POST"]),
    Route("/me", _me, methods=["GET", "POST"]),
]
