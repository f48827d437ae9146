"""A merchant connects its shop once, and it is read for weeks; when it withdraws it is told, scores age, and it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.cli.doctor import examine
from hongmao.eligibility.api import Status
from hongmao.kernel.time import DAY_MS, HOUR_MS
from hongmao.onboarding.api import GrantPhase
from onboarding.sellers import answer

if TYPE_CHECKING:
    from e2e.joining import Street
    from hongmao.catalog.api import Principal

DAY_S = 86_400


def weather(street: Street, **told: object) -> None:
    street.control.add("/_control/weather", {"platform": "taobao", "weather": {"session_s": DAY_S, **told}})


def connect(street: Street, who: Principal) -> None:
    accounts = street.house.services.onboarding.accounts
    brought = answer(street, accounts.start(who, "taobao", f"{street.url}/console/join/back"))
    accounts.come_back(who, brought["state"], brought["code"])


def pass_days(street: Street, days: int, *, hours: int = 6) -> None:
    """Let days pass with the clockwork looking every few hours."""
    for _ in range(days * 24 // hours):
        street.wait(hours * HOUR_MS)
        street.admin.add("/v1/ops/tick", {})


def status(street: Street, who: Principal) -> Status:
    [standing] = street.house.services.eligibility.standings(who)
    return standing.standing.verdict.status


def phases(street: Street, who: Principal) -> list[GrantPhase]:
    return [one.phase for one in street.house.services.onboarding.accounts.troubles(who)]


def doctor(street: Street) -> tuple[bool, str]:
    [found] = [one for one in examine(street.house.services) if one.name == "grants of shops"]
    return found.well, found.seen


@pytest.mark.slow
def test_a_shop_is_read_for_weeks_ages_when_its_seller_withdraws_and_comes_back(street: Street) -> None:
    weather(street)
    who = street.house.services.onboarding.accounts.sign_up("初晴", "chuqing", "a good password")
    connect(street, who)
    pass_days(street, 9)  # nine sessions of a day, and a score older than a week lets nothing new begin
    assert (status(street, who), phases(street, who)) == (Status.PASS, [])
    assert doctor(street) == (True, "all are renewed by themselves")

    weather(street, refuses_refresh=True)
    pass_days(street, 1)
    [trouble] = street.house.services.onboarding.accounts.troubles(who)
    assert trouble.phase in {GrantPhase.ENDING, GrantPhase.LAPSED}
    assert "refresh_refused" in str(trouble.grant.why)
    pass_days(street, 1)
    assert phases(street, who) == [GrantPhase.LAPSED]
    assert status(street, who) is Status.PASS  # what is known is a day old
    well, seen = doctor(street)
    assert (well, "taobao 880001 lapsed" in seen, "refresh_refused" in seen) == (False, True, True)

    seen_statuses = [status(street, who)]
    for _ in range(20):
        pass_days(street, 1, hours=24)
        if status(street, who) is not seen_statuses[-1]:
            seen_statuses.append(status(street, who))
    assert seen_statuses[1:] in ([Status.STALE_GRACE, Status.STALE], [Status.STALE])

    weather(street)
    connect(street, who)
    assert (status(street, who), phases(street, who)) == (Status.PASS, [])
    street.wait(3 * DAY_MS // 4)
    pass_days(street, 2)
    assert (status(street, who), phases(street, who)) == (Status.PASS, [])


def test_nobody_is_told_of_another_merchant_s_grant(street: Street) -> None:
    weather(street, refresh_s=0)
    accounts = street.house.services.onboarding.accounts
    who, other = (
        accounts.sign_up("初晴", "chuqing", "a good password"),
        accounts.sign_up("小鹿", "xiaolu", "a good password"),
    )
    connect(street, who)
    assert phases(street, who) == [GrantPhase.ENDING]  # a day is all it has
    assert phases(street, other) == []
