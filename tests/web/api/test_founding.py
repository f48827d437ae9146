"""A city is founded through these endpoints, with the bodies that it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hongmao.links.api import is_live
from hongmao.world.founding import found
from hongmao.world.spec import PRICES_FEN, WALLET_FEN, draw_plan

if TYPE_CHECKING:
    import httpx

    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front


class AppLine:
    """The city's telephone, straight into the app; everything that is sent must be taken."""

    def __init__(self, caller: Caller | None, base_url: str) -> None:
        self._caller = caller
        self.base_url = base_url
        self.statuses: list[int] = []

    def post(self, path: str, value: object) -> httpx.Response | None:
        return self._caller.post(path, value) if self._caller else None

    def get(self, path: str) -> httpx.Response:
        assert self._caller is not None
        return self._caller.get(path)

    def add(self, path: str, value: object) -> httpx.Response | None:
        return self.must(self.post(path, value), "POST", path)

    def insist(self, path: str, value: object) -> httpx.Response | None:
        return self.add(path, value)

    def must(self, answer: httpx.Response | None, _method: str, _path: str) -> httpx.Response | None:
        if answer is not None:
            assert answer.status_code in {200, 201}, answer.text
            self.statuses.append(answer.status_code)
        return answer


def test_a_city_is_founded_through_the_api_and_founding_it_again_changes_nothing(
    house: Front, admin: Caller, browser: Browser
) -> None:
    plan = draw_plan(7, readers=5)
    platform, shop = AppLine(admin, "http://hongmao.example"), AppLine(None, "http://shop.example")
    logins = found(plan, cast("Any", platform), cast("Any", shop))
    funded = [story for story in plan.stories if story.good is not None]

    # Every brand has its people, goods and money, every story its note, every good in a story a link that serves.
    links = house.links.every()
    assert len(links) == len(funded) > 0
    assert all(is_live(link) for link in links)
    assert {link.price_fen for link in links} <= set(PRICES_FEN)
    assert {link.merchant for link in links} == {f"merchant-{n + 1}" for n in range(len(plan.brands))}
    assert len(admin.get("/v1/notes").json()["notes"]) == len(plan.stories)
    assert len(admin.get("/v1/items").json()["items"]) == len(plan.goods)
    wallets = admin.get("/v1/wallets").json()["wallets"]
    assert {one["balance_fen"] for one in wallets if one["line"] == "cid"} == {WALLET_FEN}
    assert {one["line"] for one in wallets if one["balance_fen"] == WALLET_FEN} == {"cid", "ud"}

    # Every shop is connected on its own platform, each link was made there, and every brand's returns go on to 聚光.
    for store in plan.stores:
        account = house.accounts.find(store.platform, f"account-{store.id.removeprefix('shop-')}")
        assert account is not None
        assert account.tenant == f"tenant-{store.brand + 1}"
    assert {link.platform for link in links} == {store.platform for store in plan.stores}
    assert {link.line for link in links} == {"cid", "ud"}
    assert {one.target for one in house.targets.every()} == {"juguang", "alimama"}
    assert len(house.targets.every()) == len(plan.brands) + 1

    # Everybody on the list gets in.
    ours = {"sec-fetch-site": "same-origin"}
    for login in logins:
        sent = {"login": login.login, "password": login.password}
        assert browser.post("/sign-in", ours, json=sent).status_code == 200

    before = [admin.get(path).json() for path in ("/v1/links", "/v1/notes", "/v1/users", "/v1/wallets")]
    again = AppLine(admin, "http://hongmao.example")
    found(plan, cast("Any", again), cast("Any", shop))
    assert [admin.get(path).json() for path in ("/v1/links", "/v1/notes", "/v1/users", "/v1/wallets")] == before
    assert len(again.statuses) == len(platform.statuses)
