"""Signing in, keys, and what they are kept as."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from hongmao.catalog.api import (
    PLATFORM,
    AlreadyDifferent,
    Catalog,
    IdTaken,
    LoginTaken,
    NotAllowed,
    NothingThere,
    Passwords,
    Principal,
    Role,
    TenantKind,
)
from hongmao.catalog.errors import PasswordWeak
from hongmao.catalog.lookup import RECHECK_MS
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import IdMaker, TenantId, UserId
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.scope import PlatformScope
from storage.opened import ALLIANCE_DAY, ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "hongmao-demo"


@pytest.fixture(params=["sqlite", "postgres"])
def city(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as opened:
        opened.catalog.bootstrap_admin(password=PASSWORD)
        yield opened


def neighbour(city: House) -> tuple[Catalog, SetClock]:
    """Make the catalog of another process on the same database, with a clock of its own."""
    clock = SetClock(ALLIANCE_DAY)
    ids = IdMaker(clock, random.Random(1))
    return Catalog(SqlCatalogStore(city.database), clock, ids, Passwords.cheap()), clock


def test_the_first_start_makes_one_administrator_and_shows_its_key_once() -> None:
    with house() as fresh:
        admin = fresh.catalog.bootstrap_admin(password=PASSWORD)
        assert admin is not None
        assert fresh.catalog.bootstrap_admin(password="another-password") is None
        by_key = fresh.catalog.principal_of_key(admin.key)
        by_password = fresh.catalog.sign_in("admin", PASSWORD)
        assert by_key is not None
        assert by_password is not None
        assert (by_key.tenant, by_key.role) == (by_password.tenant, by_password.role) == (PLATFORM, Role.ADMIN)


def test_sign_in_fits_login_and_password_and_nothing_else(city: House) -> None:
    brand = city.tenant("t1")
    admin = Principal(id="root", tenant=brand.tenant, role=Role.ADMIN, name="root")
    city.catalog.add_user(admin, login="brand1", password=PASSWORD, name="优化师", role="optimiser", id="user-1")

    signed_in = city.catalog.sign_in("Brand1 ", PASSWORD)
    assert signed_in == Principal(id="user-1", tenant=TenantId("t1"), role=Role.OPTIMISER, name="优化师")
    assert city.catalog.principal_of_user(UserId("user-1")) == signed_in
    for login, password in [
        ("brand1", "Hongmao-demo"),
        ("brand1", ""),
        ("brand2", PASSWORD),
        ("", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("brand1\x00", PASSWORD),
        ("brand1", PASSWORD + "\ud800"),
        ("brand1", "x" * 1_000_000),
        ("\ud800", PASSWORD),
    ]:
        assert city.catalog.sign_in(login, password) is None


def test_an_unknown_login_is_tried_on_a_decoy_so_that_it_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    verify = PasswordHasher.verify

    def watch(self: PasswordHasher, hash: str, password: str) -> bool:  # noqa: A002 - argon2's own word
        tried.append(hash)
        return verify(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", watch)
    with house() as fresh:
        assert fresh.catalog.sign_in("nobody", PASSWORD) is None
        assert fresh.catalog.sign_in("not a login at all", PASSWORD) is None
    assert len(tried) == 2


def test_a_hash_made_with_yesterdays_parameters_is_made_anew_at_sign_in() -> None:
    with house() as fresh:
        fresh.catalog.bootstrap_admin(password=PASSWORD)
        store = SqlCatalogStore(fresh.database)
        before = store.credentials("admin")
        stronger = Catalog(
            store,
            fresh.clock,
            IdMaker(fresh.clock, random.Random(1)),
            Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)),
        )
        assert stronger.sign_in("admin", PASSWORD) is not None
        after = store.credentials("admin")
        assert before is not None
        assert after is not None
        assert before.password_hash != after.password_hash
        assert stronger.sign_in("admin", PASSWORD) is not None


def test_the_same_user_again_is_fine_and_another_password_is_not(city: House) -> None:
    first = city.catalog.add_user(ROOT, login="ops", password=PASSWORD, name="值班", role=Role.OPS, id="user-ops")
    assert (
        city.catalog.add_user(ROOT, login="ops", password=PASSWORD, name="值班", role=Role.OPS, id="user-ops") == first
    )
    with pytest.raises(AlreadyDifferent):
        city.catalog.add_user(ROOT, login="ops", password=PASSWORD + "2", name="值班", role=Role.OPS, id="user-ops")
    with pytest.raises(LoginTaken):
        city.catalog.add_user(ROOT, login="ops", password=PASSWORD, name="值班", role=Role.OPS, id="user-2")
    with pytest.raises(PasswordWeak):
        city.catalog.add_user(ROOT, login="ops3", password="short", name="值班", role=Role.OPS)


def test_a_key_works_until_it_is_revoked_here_at_once_and_elsewhere_within_a_second(city: House) -> None:
    issued = city.catalog.issue_key(city.tenant("t1"), name="seeding", role="analyst")
    other, other_clock = neighbour(city)
    assert re.fullmatch(r"hk_[0-9a-f]{10}_[A-Za-z0-9_-]{43}", issued.secret)
    who = city.catalog.principal_of_key(issued.secret)
    assert who == Principal(id=issued.key.id, tenant=TenantId("t1"), role=Role.ANALYST, name="seeding")
    assert other.principal_of_key(issued.secret) == who

    city.clock.advance(5_000)
    revoked = city.catalog.revoke_key(city.tenant("t1"), issued.key.id)
    assert revoked.revoked_at_ms == ALLIANCE_DAY + 5_000
    assert city.catalog.principal_of_key(issued.secret) is None
    other_clock.advance(RECHECK_MS)
    assert other.principal_of_key(issued.secret) is None

    city.clock.advance(5_000)
    assert city.catalog.revoke_key(city.tenant("t1"), issued.key.id) == revoked  # the first moment stays


@pytest.mark.parametrize("change", ["last", "prefix", "case", "longer", "shorter", "empty", "sql"])
def test_what_is_not_the_key_is_nobody(city: House, change: str) -> None:
    secret = city.catalog.issue_key(ROOT, name="k", role="admin").secret
    flipped = "A" if secret[-1] != "A" else "B"
    wrong = {
        "last": secret[:-1] + flipped,
        "prefix": secret[:3] + ("0" if secret[3] != "0" else "1") + secret[4:],
        "case": secret.swapcase(),
        "longer": secret + "A",
        "shorter": secret[:-1],
        "empty": "",
        "sql": "hk_' OR 1=1 --",
    }[change]
    assert city.catalog.principal_of_key(secret) is not None
    assert city.catalog.principal_of_key(wrong) is None


def test_no_secret_is_kept_in_the_clear(city: House) -> None:
    secret = city.catalog.issue_key(ROOT, name="k", role="admin").secret
    with city.database.session(PlatformScope("a test looks at everything")) as session:
        users = session.execute(text("SELECT * FROM users")).all()
        keys = session.execute(text("SELECT * FROM api_keys")).all()
    kept = repr(users) + repr(keys)
    assert PASSWORD not in kept
    assert secret.split("_", 2)[2] not in kept
    assert "$argon2id$" in kept


def test_nobody_hands_out_more_than_they_hold(city: House) -> None:
    optimiser = city.tenant("t1")
    assert city.catalog.issue_key(optimiser, name="k", role="optimiser").key.tenant == "t1"
    for role in (Role.ADMIN, Role.FINANCE, Role.OPS):
        with pytest.raises(NotAllowed):
            city.catalog.issue_key(optimiser, name="k", role=role)
    with pytest.raises(NotAllowed):
        city.catalog.add_user(optimiser, login="mate", password=PASSWORD, name="同事", role="analyst")
    with pytest.raises(NotAllowed):
        city.catalog.add_tenant(optimiser, name="x", kind=TenantKind.MERCHANT)


def test_keys_and_users_of_a_tenant_are_its_own(city: House) -> None:
    one, two = city.tenant("t1"), city.tenant("t2")
    mine = city.catalog.issue_key(one, name="k", role="analyst").key
    assert [key.id for key in city.catalog.keys(one)] == [mine.id]
    assert city.catalog.keys(two) == []
    with pytest.raises(NothingThere):
        city.catalog.revoke_key(two, mine.id)
    with pytest.raises(IdTaken):
        city.catalog.issue_key(two, name="k", role="analyst", id=mine.id)
    assert {key.tenant for key in city.catalog.keys(ROOT)} == {"t1", PLATFORM}
