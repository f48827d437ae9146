"""Whom a link is asked of: the tenant's account there, the one named where there are several, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import TenantId
from hongmao.platforms.contracts import LinkWanted, MadeLink, Platform
from hongmao.platforms.errors import AccountAbsent, AccountUnclear, MakerAbsent
from hongmao.platforms.making import LinkMaking
from hongmao.returns.store import PlatformAccount

if TYPE_CHECKING:
    from hongmao.kernel.calls import Call, Caller, Reply

BRAND, OTHER = TenantId("tenant-1"), TenantId("tenant-2")
WANTED = LinkWanted(page_url="https://shop.example/7", platform_shop_id="s-7", platform_item_id="7", line="cid")


class Silent:
    """A caller that nobody is to use: the maker of these stories asks nobody."""

    def call(self, call: Call) -> Reply:
        raise AssertionError(call)


class Maker:
    """Answers with the name of the account that it was asked by."""

    def make(self, wanted: LinkWanted, account: PlatformAccount, caller: Caller, *, now_ms: int) -> MadeLink:  # noqa: ARG002 - the port's
        return MadeLink(fallback_url=f"{wanted.page_url}?by={account.account}")


class Book:
    """Accounts in memory."""

    def __init__(self, *accounts: PlatformAccount) -> None:
        self.accounts = {(account.platform, account.account): account for account in accounts}

    def add(self, account: PlatformAccount) -> None:
        self.accounts[account.platform, account.account] = account

    def find(self, platform: str, account: str) -> PlatformAccount | None:
        return self.accounts.get((platform, account))

    def of_tenant(self, tenant: TenantId) -> list[PlatformAccount]:
        return [account for account in self.accounts.values() if account.tenant == tenant]

    def every(self) -> list[PlatformAccount]:
        return list(self.accounts.values())


def account(name: str, *, platform: str = "jd", tenant: TenantId = BRAND, revoked: bool = False) -> PlatformAccount:
    return PlatformAccount(platform=platform, account=name, tenant=tenant, secret=b"s", revoked=revoked)


def made_by(*accounts: PlatformAccount, named: str | None = None) -> str:
    there = {"jd": Platform(name="jd", zh="京东", en="JD", links=Maker()), "pdd": Platform(name="pdd", zh="拼", en="P")}
    making = LinkMaking(there, Book(*accounts), Silent(), SetClock(0))
    return making.make(BRAND, "jd", WANTED, account=named).fallback_url.partition("?by=")[2]


def test_the_only_account_is_asked() -> None:
    others = account("gone", revoked=True), account("theirs", tenant=OTHER), account("p-1", platform="pdd")
    assert made_by(account("key-1"), *others) == "key-1"


def test_of_two_shops_accounts_the_named_one_is_asked() -> None:
    assert made_by(account("key-1"), account("key-2"), named="key-2") == "key-2"


def test_of_two_shops_accounts_none_is_guessed() -> None:
    with pytest.raises(AccountUnclear) as found:
        made_by(account("key-2"), account("key-1"))
    assert found.value.params == {"id": "jd", "accounts": "key-1, key-2"}


@pytest.mark.parametrize("named", [None, "gone", "theirs", "nobody's"])
def test_no_revoked_and_nobody_elses_account_is_asked(named: str | None) -> None:
    with pytest.raises(AccountAbsent):
        made_by(account("gone", revoked=True), account("theirs", tenant=OTHER), named=named)


@pytest.mark.parametrize("platform", ["pdd", "nowhere"])
def test_a_platform_without_a_maker_says_so(platform: str) -> None:
    there = {"pdd": Platform(name="pdd", zh="拼多多", en="PDD")}
    with pytest.raises(MakerAbsent):
        LinkMaking(there, Book(), Silent(), SetClock(0)).make(BRAND, platform, WANTED)
