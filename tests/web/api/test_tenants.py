"""Nobody sees another tenant's rows, and nobody learns that there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.catalog.api import Role
from web.api.front import found_tenant, item_body, link_body, shop_body

if TYPE_CHECKING:
    from platforms.sandbox.browser import Browser
    from web.api.front import Caller, Front

LISTS = ("tenants", "merchants", "shops", "items", "links", "keys", "wallets")


@pytest.fixture
def ours(house: Front, browser: Browser, admin: Caller, tenant: str) -> Caller:
    """Give the first merchant's optimiser, beside a second merchant."""
    found_tenant(admin, 2)
    admin.add("/v1/wallets/top-ups", merchant="merchant-2", line="cid", amount_fen=5_000, key="k-1")
    return house.caller(browser, Role.OPTIMISER, tenant)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_ones_own_and_the_administrators_holds_all(admin: Caller, ours: Caller, name: str) -> None:
    mine, every = ours.get(f"/v1/{name}").json()[name], admin.get(f"/v1/{name}").json()[name]
    assert 0 < len(mine) < len(every)
    owner = "id" if name == "tenants" else "tenant"
    assert name == "wallets" or {one[owner] for one in mine} == {"tenant-1"}
    assert all(one in every for one in mine)
    assert admin.get(f"/v1/{name}", tenant="tenant-1").json()[name] == mine or name == "keys"


def test_what_is_anothers_reads_as_nothing(ours: Caller, admin: Caller) -> None:
    # A shop of one's own for another's merchant, an item in another's shop, a link to them, a verdict, a statement.
    for path, body in (
        ("/v1/shops", {**shop_body(3), "merchant": "merchant-2"}),
        ("/v1/items", {**item_body(3), "shop": "shop-2"}),
        ("/v1/links", {**link_body(2), "id": "link-3"}),
        ("/v1/links", {**link_body(1), "id": "link-3", "item": "item-2"}),
        ("/v1/links/link-2/pause", {"paused": True}),
        ("/v1/links/link-2/read", {}),
    ):
        there, absent = ours.post(path, body), ours.post(path.replace("link-2", "link-9"), body)
        assert there.status_code == 404, path
        assert set(there.json()["error"]) == set(absent.json()["error"])
    assert ours.get("/v1/links/link-2").status_code == 404
    assert ours.get("/v1/links/link-2/holds").status_code == 404
    assert ours.get("/v1/statement", merchant="merchant-2").status_code == 404
    assert ours.get("/v1/shops", merchant="merchant-2").json()["shops"] == []
    assert ours.get("/v1/items", shop="shop-2").json()["items"] == []
    assert not admin.get("/v1/links/link-2").json()["paused"]


def test_an_id_that_another_has_is_taken_and_nothing_more_is_told(ours: Caller) -> None:
    for path, body in (
        ("/v1/merchants", {"id": "merchant-2", "name": "x"}),
        ("/v1/shops", {**shop_body(1), "id": "shop-2", "platform_shop_id": "other"}),
        ("/v1/items", {**item_body(1), "id": "item-2", "platform_item_id": "other"}),
        ("/v1/links", {**link_body(1), "id": "link-2"}),
    ):
        answer = ours.post(path, body)
        assert answer.status_code == 409, answer.text
        assert "tenant-2" not in answer.text


@pytest.mark.parametrize("named", ["tenant-2", "tenant-9", "platform"])
def test_only_an_administrator_stands_elsewhere(ours: Caller, named: str) -> None:
    # One answer for tenants that there are and those that there are not.
    for answer in (
        ours.post("/v1/merchants", {"tenant": named, "name": "x"}),
        ours.post(f"/v1/merchants?tenant={named}", {"name": "x"}),
        ours.get("/v1/items", tenant=named),
        ours.get("/v1/wallets", tenant=named),
        ours.get("/v1/orders/o-1/trace", tenant=named),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
    assert ours.post("/v1/merchants", {"tenant": "tenant-1", "name": "x"}).status_code == 201


def test_a_key_belongs_to_whoever_it_was_issued_for(admin: Caller, ours: Caller) -> None:
    theirs = admin.add("/v1/keys", tenant="tenant-2", name="theirs", role="analyst")
    assert theirs["tenant"] == "tenant-2"
    assert ours.post(f"/v1/keys/{theirs['id']}/revoke", {}).status_code == 404
    assert admin.post(f"/v1/keys/{theirs['id']}/revoke", {"tenant": "tenant-1"}).status_code == 404
    assert admin.post(f"/v1/keys/{theirs['id']}/revoke", {"tenant": "tenant-2"}).status_code == 200


def test_a_signing_account_is_one_tenants(admin: Caller, ours: Caller, house: Front) -> None:
    account = {"platform": "sandbox", "account": "account-1", "secret": "the first secret of the shop"}
    assert ours.post("/v1/platform-accounts", account).status_code == 201
    taken = admin.post("/v1/platform-accounts", {**account, "tenant": "tenant-2"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "account_taken")

    # Its own tenant may give it another secret; nobody reads either.
    again = ours.post("/v1/platform-accounts", {**account, "secret": "the second secret of the shop"})
    assert again.status_code == 201
    kept = house.accounts.find("sandbox", "account-1")
    assert kept is not None
    assert (kept.tenant, kept.secret) == ("tenant-1", b"the second secret of the shop")
    listed = ours.get("/v1/platform-accounts")
    assert listed.json()["platform_accounts"] == [again.json()]
    assert "secret" not in listed.text + again.text
    assert admin.get("/v1/platform-accounts", tenant="tenant-2").json()["platform_accounts"] == []


def test_the_same_again_is_fine_and_other_content_is_not(admin: Caller, tenant: str) -> None:
    user = {"tenant": tenant, "id": "u", "login": "brand1", "password": "long enough", "name": "n", "role": "optimiser"}
    for path, body, change in (
        ("/v1/tenants", {"id": tenant, "name": "品牌1", "kind": "merchant"}, {"name": "x"}),
        ("/v1/users", user, {"password": "another one"}),
        ("/v1/merchants", {"tenant": tenant, "id": "merchant-1", "name": "初晴"}, {"name": "x"}),
        ("/v1/items", {"tenant": tenant, **item_body(1)}, {"price_fen": 1}),
    ):
        first, again = admin.post(path, body), admin.post(path, body)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert "password" not in first.text
        other = admin.post(path, {**body, **change})
        assert (other.status_code, other.json()["error"]["code"]) == (409, "already_different")
    taken = admin.post("/v1/users", {**user, "id": "u-2"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "login_taken")
    key = {"tenant": tenant, "id": "k", "name": "etl", "role": "analyst"}
    assert [admin.post("/v1/keys", key).status_code for _ in range(2)] == [201, 409]


def test_lists_come_page_by_page(admin: Caller, tenant: str) -> None:
    for n in range(5):
        admin.add("/v1/merchants", tenant=tenant, id=f"m-{n}", name="x")
        admin.add("/v1/links", tenant=tenant, **{**link_body(1), "id": f"l-{n}"})
        admin.add("/v1/notes", id=f"n-{n}", creator="creator-1", type="video", title="x", body="", topic="x", cover="c")
    for name, param in (("merchants", "after"), ("links", "after"), ("notes", "before")):
        whole = admin.get(f"/v1/{name}").json()
        assert whole["next"] is None
        seen: list[object] = []
        edge: dict[str, str] = {}
        while True:
            page = admin.get(f"/v1/{name}", limit=2, **edge).json()
            seen += page[name]
            if page["next"] is None:
                break
            edge = {param: page["next"]}
        assert seen == whole[name]
        assert len(seen) == 6
    assert admin.get("/v1/links", after="link-9").json() == {"links": [], "next": None}
    assert len(admin.get("/v1/notes", creator="creator-1").json()["notes"]) == 6
