"""A shop is connected by its own platform's consent: once, in time, by whoever began, and by nobody else."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from e2e.joining import SHOP, open_street
from hongmao.catalog.api import LoginTaken
from hongmao.catalog.errors import PasswordWeak
from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.time import MINUTE_MS
from hongmao.onboarding.accounts import GRANT_MINUTES
from hongmao.onboarding.api import GrantStateSpent, PlatformNotOffered, SignUpClosed, Step
from hongmao.onboarding.errors import GrantDenied
from hongmao.platforms.errors import GrantRefused
from onboarding.sellers import answer

if TYPE_CHECKING:
    from pathlib import Path

    from e2e.joining import Street
    from hongmao.catalog.api import Principal

PASSWORD = "a good password"


def signed_up(street: Street, login: str = "chuqing") -> Principal:
    return street.house.services.onboarding.accounts.sign_up("初晴", login, PASSWORD)


def begin(street: Street, who: Principal) -> str:
    return street.house.services.onboarding.accounts.start(who, "taobao", f"{street.url}/console/join/back")


def test_a_shop_is_connected_with_its_verdict_and_no_id_is_typed(street: Street) -> None:
    who, onboarding = signed_up(street), street.house.services.onboarding
    brought = answer(street, begin(street, who))
    [shop] = onboarding.accounts.come_back(who, brought["state"], brought["code"])
    assert (shop.tenant, shop.platform, shop.platform_shop_id) == (who.tenant, "taobao", SHOP)
    progress = onboarding.where(who)
    assert progress.current is Step.NOTES
    facts = progress.shops[0].standing.verdict.facts
    assert (facts.category, facts.scores[0].value, facts.scores[0].source) == ("美妆个护", "4.86", "api")
    # The same shop again, by a new grant, is the shop that is there.
    again = answer(street, begin(street, who))
    assert onboarding.accounts.come_back(who, again["state"], again["code"]) == [shop]
    assert len(street.house.services.catalog.shops(who)) == 1


def test_a_state_is_good_once(street: Street) -> None:
    who, accounts = signed_up(street), street.house.services.onboarding.accounts
    brought = answer(street, begin(street, who))
    accounts.come_back(who, brought["state"], brought["code"])
    with pytest.raises(GrantStateSpent):
        accounts.come_back(who, brought["state"], brought["code"])


def test_a_state_of_somebody_else_is_refused_and_stays_good_for_its_own(street: Street) -> None:
    who, other = signed_up(street), signed_up(street, "xiaolu")
    accounts = street.house.services.onboarding.accounts
    brought = answer(street, begin(street, who))
    with pytest.raises(GrantStateSpent):
        accounts.come_back(other, brought["state"], brought["code"])
    assert not street.house.services.catalog.shops(other)
    assert not street.house.services.accounts.of_tenant(other.tenant)
    assert accounts.come_back(who, brought["state"], brought["code"])


@pytest.mark.parametrize("state", ["", "made up", "é\ud800", "x" * 5_000])
def test_a_state_that_nobody_gave_out_is_refused(street: Street, state: str) -> None:
    with pytest.raises(GrantStateSpent):
        street.house.services.onboarding.accounts.come_back(signed_up(street), state, "code")


@pytest.mark.parametrize(("late_ms", "error"), [(-1, GrantRefused), (0, GrantStateSpent)])
def test_a_state_ends(street: Street, late_ms: int, error: type[HongmaoError]) -> None:
    who, accounts = signed_up(street), street.house.services.onboarding.accounts
    page = begin(street, who)
    street.wait(GRANT_MINUTES * MINUTE_MS + late_ms)
    # Whether the platform's own code would still be good is another matter: ours is looked at first.
    with pytest.raises(error):
        accounts.come_back(who, dict(p.split("=") for p in page.split("?")[1].split("&"))["state"], "never given out")


def test_of_two_who_come_back_at_once_one_wins(street: Street) -> None:
    who, accounts = signed_up(street), street.house.services.onboarding.accounts
    brought = answer(street, begin(street, who))
    ends: list[str] = []
    gate = threading.Barrier(4)

    def come() -> None:
        gate.wait()
        try:
            accounts.come_back(who, brought["state"], brought["code"])
            ends.append("in")
        except HongmaoError as error:
            ends.append(error.code)

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(ends) == ["grant_state_spent"] * 3 + ["in"]


def test_a_no_connects_nothing_and_uses_the_state_up(street: Street) -> None:
    who, accounts = signed_up(street), street.house.services.onboarding.accounts
    brought = answer(street, begin(street, who), decision="deny")
    with pytest.raises(GrantDenied):
        accounts.come_back(who, brought["state"], "", brought["error"])
    with pytest.raises(GrantStateSpent):
        accounts.come_back(who, brought["state"], "", brought["error"])
    assert not street.house.services.catalog.shops(who)


def test_a_shop_of_another_merchant_cannot_be_taken_over(street: Street) -> None:
    first, second = signed_up(street), signed_up(street, "xiaolu")
    services = street.house.services
    brought = answer(street, begin(street, first))
    services.onboarding.accounts.come_back(first, brought["state"], brought["code"])
    [kept] = services.accounts.of_tenant(first.tenant)
    again = answer(street, begin(street, second))
    with pytest.raises(HongmaoError) as refused:
        services.onboarding.accounts.come_back(second, again["state"], again["code"])
    assert refused.value.status == 409
    assert "初晴" not in f"{refused.value.message('zh')}{refused.value.hint('zh')}"
    assert not services.accounts.of_tenant(second.tenant)
    assert services.accounts.of_tenant(first.tenant) == [kept]


def test_a_platform_that_knows_us_by_no_app_is_not_offered(street: Street) -> None:
    accounts = street.house.services.onboarding.accounts
    assert [one.name for one in accounts.platforms()] == ["taobao"]
    for name in ("jd", "vip", "", "nobody's"):
        with pytest.raises(PlatformNotOffered):
            accounts.start(signed_up(street, f"u{len(name)}"), name, f"{street.url}/console/join/back")


def test_what_is_wrong_with_a_sign_up_leaves_nothing_behind(street: Street) -> None:
    accounts, catalog = street.house.services.onboarding.accounts, street.house.services.catalog
    signed_up(street)
    before = street.admin.get("/v1/tenants").json()
    for login, password, error in (("chuqing", PASSWORD, LoginTaken), ("new", "short", PasswordWeak)):
        with pytest.raises(error):
            accounts.sign_up("初晴", login, password)
    assert street.admin.get("/v1/tenants").json() == before
    assert catalog.sign_in("chuqing", PASSWORD) is not None


def test_nobody_signs_up_where_that_is_not_offered(tmp_path: Path) -> None:
    with open_street(tmp_path, signup="off") as street, pytest.raises(SignUpClosed):
        signed_up(street)


def test_neither_state_nor_verifier_lies_in_the_database(street: Street) -> None:
    who = signed_up(street)
    state = dict(part.split("=") for part in begin(street, who).split("?")[1].split("&"))["state"]
    database = b"".join(path.read_bytes() for path in (street.home / "home").rglob("state.sqlite*"))
    assert len(database) > 0
    assert state.encode() not in database
