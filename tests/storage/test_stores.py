"""Every method of every store, asked by one tenant among random rows of several: the oracle is a plain dictionary."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.catalog.contracts import ApiKey, Item, Merchant, Principal, Role, Shop, User
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import CreatorId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.kernel.time import Window
from hongmao.links.contracts import AdLink, Review, TargetKind
from hongmao.links.errors import LinkUnknown
from hongmao.returns.store import PlatformAccount
from hongmao.storage.accounts import SqlAccountStore
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.campaigns import SqlCampaignStore
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.errors import AccountTaken, VaultKeyWrong
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.outgoing import SqlOutbox
from hongmao.storage.target_accounts import SqlTargetAccountStore
from hongmao.storage.vault import Vault
from storage.opened import ALLIANCE_DAY, ROOT, House, house

TENANTS = ("t1", "t2", "t3")
EVER = Window(0, 2**50)
# What a store does without a tenant, and why nothing of another tenant can come of it.
WITHOUT_A_TENANT = {
    (SqlCatalogStore, "revision"): "a number",
    (SqlCatalogStore, "add"): "writes the record's own tenant",
    (SqlCatalogStore, "add_user"): "writes the user's own tenant",
    (SqlCatalogStore, "add_key"): "writes the key's own tenant",
    (SqlCatalogStore, "find_all"): "the house's look-ups; Catalog.shops_known says so",
    (SqlCatalogStore, "credentials"): "signing in comes before any tenant",
    (SqlCatalogStore, "key_of"): "a key comes before any tenant",
    (SqlCatalogStore, "set_password_hash"): "signing in",
    (SqlCatalogStore, "newest_notes"): "the community's",
    (SqlCatalogStore, "remember"): "the community's",
    (SqlCatalogStore, "reader"): "the community's",
    (SqlCampaignStore, "add"): "writes the thing's own tenant",
    (SqlCampaignStore, "save"): "writes the thing's own tenant",
    (SqlCampaignStore, "add_all"): "writes the things' own tenant, one for all of them",
    (SqlCampaignStore, "save_all"): "as above",
    (SqlCampaignStore, "add_bound"): "as above, with what they carry",
    (SqlCampaignStore, "add_led"): "writes the links' own tenant, one for all of them",
    (SqlCampaignStore, "bind"): "writes the binding's own tenant",
    (SqlCampaignStore, "carried"): "the house's own look: what links are to be held for",
    (SqlCampaignStore, "campaigns_carried"): "as above",
    (SqlCampaignStore, "every"): "as above",
    (SqlCampaignStore, "accounts"): "as above",
    (SqlAccountStore, "every"): "pulls run for every tenant, each by its own account",
    (SqlLinkStore, "add"): "writes the link's own tenant",
    (SqlLinkStore, "set_holds"): "what a source holds is worked out for every tenant at once",
    (SqlLinkStore, "table"): "the review desk's",
    (SqlLinkStore, "changes"): "the jump's",
    (SqlLinkStore, "revision"): "a number",
    (SqlAccountStore, "add"): "writes the account's own tenant",
    (SqlAccountStore, "find"): "a delivery comes before any tenant",
    (SqlBillingStore, "begin"): "the worker's",
    (SqlBillingStore, "position"): "a number",
    (SqlTargetAccountStore, "add"): "writes the account's own tenant",
    (SqlTargetAccountStore, "find"): "returns are sent on for every tenant, each by its own account",
    (SqlTargetAccountStore, "every"): "as above",
    (SqlOutbox, "begin"): "the follower's",
    (SqlOutbox, "position"): "a number",
    (SqlOutbox, "at"): "the sender's, one account at a time",
    (SqlOutbox, "waiting"): "the sender's",
    (SqlOutbox, "revive"): "names the accounts; the command line acts as the house",
    (SqlOutbox, "overdue"): "as above",
    (SqlOutbox, "ring"): "writes the alarm's own tenant",
}


def found(city: House, owners: dict[str, str]) -> None:
    """Give each name a merchant, shop, item, user, key, link, account and charge in its tenant."""
    catalog, links = city.catalog, SqlLinkStore(city.database)
    catalog.bootstrap_admin(password="hongmao-demo")
    catalog.add_creator(ROOT, name="达人", id="creator")
    catalog.add_note(ROOT, creator="creator", type="picture", title="x", body="", topic="x", cover="c", id="note")
    people = {tenant: city.tenant(tenant) for tenant in TENANTS}
    for name, tenant in owners.items():
        who = Principal(id="root", tenant=TenantId(tenant), role=Role.ADMIN, name="root")
        catalog.add_merchant(who, name=name, id=f"m-{name}")
        where = {"platform": "sandbox", "platform_shop_id": name, "home_url": "https://x.example/"}
        catalog.add_shop(who, merchant=f"m-{name}", name=name, id=f"s-{name}", **where)
        facts = {"spu": "spu", "platform_item_id": "i", "title": name, "url": "https://x.example/"}
        catalog.add_item(who, shop=f"s-{name}", price_fen=1, id=f"i-{name}", **facts)
        catalog.add_user(who, login=f"u-{name}", password="hongmao-demo", name=name, role="analyst", id=f"u-{name}")
        catalog.issue_key(people[tenant], name=name, role="analyst", id=f"k-{name}")
        links.add(link_of(name, tenant))
    city.billing.absorb([Logged(n, click_of(name, t)) for n, (name, t) in enumerate(owners.items(), start=1)])


def link_of(name: str, tenant: str) -> AdLink:
    return AdLink(
        id=LinkId(f"l-{name}"),
        tenant=TenantId(tenant),
        merchant=MerchantId(f"m-{name}"),
        note=NoteId("note"),
        creator=CreatorId("creator"),
        shop=ShopId(f"s-{name}"),
        platform="sandbox",
        target=TargetKind.SHOP,
        item=None,
        deeplink=None,
        universal_link=None,
        fallback_url="https://x.example/",
        deeplink_review=Review.PENDING,
        universal_link_review=Review.PENDING,
        fallback_review=Review.APPROVED,
        review_note="",
        button="购买同款",
        title="",
        line="cid",
        price_fen=100,
        paused=False,
        created_at_ms=ALLIANCE_DAY,
    )


def click_of(name: str, tenant: str) -> Event:
    return Event(
        event_id=f"e-{name}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=ALLIANCE_DAY,
        tenant=tenant,
        merchant=f"m-{name}",
        note="note",
        link=f"l-{name}",
        line="cid",
        click_id=f"c-{name}",
        labelled=True,
        price_fen=100,
    )


@settings(max_examples=12)
@given(owners=st.dictionaries(st.text("abc", min_size=1, max_size=2), st.sampled_from(TENANTS), max_size=6))
def test_no_store_shows_a_tenant_anothers_rows(owners: dict[str, str]) -> None:
    with house() as city:
        found(city, owners)
        catalog, links, billing = (
            SqlCatalogStore(city.database),
            SqlLinkStore(city.database),
            SqlBillingStore(city.database),
        )
        for tenant in map(TenantId, TENANTS):
            mine = sorted(name for name, owner in owners.items() if owner == tenant)
            kinds: dict[type[Merchant | Shop | Item | User | ApiKey], str] = {
                Merchant: "m",
                Shop: "s",
                Item: "i",
                User: "u",
                ApiKey: "k",
            }
            for kind, letter in kinds.items():
                page = [record.id for record in catalog.page(kind, tenant, limit=100)]
                assert page == [f"{letter}-{name}" for name in mine]
                for name in owners:
                    assert (catalog.find(kind, tenant, f"{letter}-{name}") is not None) == (name in mine)
            for name in owners:
                own = name in mine
                assert bool(catalog.page(Shop, tenant, of=f"m-{name}", limit=9)) == own
                assert bool(catalog.page(Item, tenant, of=f"s-{name}", limit=9)) == own
                assert (links.get(tenant, LinkId(f"l-{name}")) is not None) == own
                assert (billing.charge(tenant, event_id=f"e-{name}") is not None) == own
                assert (billing.charge(tenant, click_id=f"c-{name}") is not None) == own
                assert bool(billing.uncharged(tenant, MerchantId(f"m-{name}"), EVER)) == own
            assert [link.id for link in links.of_tenant(tenant)] == [f"l-{name}" for name in mine]
            assert {charge.merchant for _, charge in billing.charges(tenant, EVER, after=0, limit=99)} == {
                f"m-{name}" for name in mine
            }
            assert billing.spend(tenant, EVER) == []
        assert len(links.table()) == len(owners)
        for name, owner in owners.items():
            stranger = next(TenantId(tenant) for tenant in TENANTS if tenant != owner)
            assert catalog.revoke_key(stranger, f"k-{name}", 1) is None
            assert catalog.revoke_key(TenantId(owner), f"k-{name}", 1) is not None


def test_every_method_of_a_store_names_a_tenant_or_says_why_not() -> None:
    stores = (
        SqlCatalogStore,
        SqlLinkStore,
        SqlAccountStore,
        SqlBillingStore,
        SqlCampaignStore,
        SqlTargetAccountStore,
        SqlOutbox,
    )
    silent = {
        (store, name)
        for store in stores
        for name, method in inspect.getmembers(store, inspect.isfunction)
        if not name.startswith("_") and "tenant" not in inspect.signature(method).parameters
    }
    assert silent == set(WITHOUT_A_TENANT)


def test_a_link_is_replaced_within_its_tenant_and_every_change_is_counted() -> None:
    with house() as city:
        found(city, {"a": "t1"})
        links = SqlLinkStore(city.database)
        before = links.revision()
        changed = replace(link_of("a", "t1"), deeplink_review=Review.REJECTED, price_fen=90)
        # Whether it is paused is nothing that a change can say: only a hold does.
        assert links.change(TenantId("t1"), LinkId("l-a"), lambda _: replace(changed, paused=True)) == changed
        assert links.get(TenantId("t1"), LinkId("l-a")) == changed
        assert links.revision() == before + 1
        with pytest.raises(LinkUnknown):
            links.change(TenantId("t2"), LinkId("l-a"), lambda link: link)


def account_of(tenant: str, secret: bytes = b"the shop signs with this") -> PlatformAccount:
    return PlatformAccount(platform="sandbox", account="a-1", tenant=TenantId(tenant), secret=secret, revoked=False)


def test_PRIV_8_an_accounts_secret_is_sealed_and_another_tenant_cannot_take_it(tmp_path: Path) -> None:
    with house() as city:
        city.tenant("t1")
        city.tenant("t2")
        accounts = SqlAccountStore(city.database, Vault(tmp_path / "vault.key"))
        account = account_of("t1")
        accounts.add(account)
        assert accounts.find("sandbox", "a-1") == account
        assert accounts.find("taobao", "a-1") is None
        assert accounts.of_tenant(TenantId("t2")) == []
        assert accounts.of_tenant(TenantId("t1")) == [account]
        database_files = b"".join(path.read_bytes() for path in state_files(city))
        assert b"the shop signs with this" not in database_files
        assert b"a-1" in database_files

        with pytest.raises(AccountTaken):
            accounts.add(account_of("t2"))
        accounts.add(account_of("t1", b"rolled over"))
        assert accounts.find("sandbox", "a-1") == account_of("t1", b"rolled over")


def test_a_vault_keeps_one_key_for_its_owner_alone_and_no_other_opens_what_it_sealed(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "vault.key"
    sealed = Vault(path).seal(b"secret")
    assert Vault(path).open(sealed) == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(VaultKeyWrong):
        Vault(tmp_path / "other.key").open(sealed)
    with pytest.raises(VaultKeyWrong):
        Vault(path).open(sealed[:-4] + b"AAAA")
    path.write_bytes(b"not a key")
    with pytest.raises(VaultKeyWrong):
        Vault(path)


def state_files(city: House) -> list[Path]:
    database = Path(str(city.database._engine.url.database))
    return sorted(database.parent.glob("state.sqlite*"))
