"""`/v1/return-targets`, `/v1/reconciliations`: whom returns are sent on to, and what the shop says held against ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import check_id
from hongmao.platforms.errors import AccountAbsent
from hongmao.returns.api import Query, TargetAccount, plain
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.operations import settings_of
from hongmao.web.api.reading import Standing, in_order, moment

if TYPE_CHECKING:
    from hongmao.returns.api import PlatformAccount
    from hongmao.web.api.doors import Call

MILLION = 1_000_000


class TargetBody(Standing, frozen=True, kw_only=True):
    """回传目标: a media account that returns are sent on to. Sent again, it replaces what was declared."""

    id: str
    target: str
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    """What the target's page in the reference lists: `access_token`, `pixel_id`, ..."""
    secret: str = ""
    ratio_millionths: int = MILLION
    """The declared return ratio (回传比例); 1,000,000 sends everything."""
    test: bool = False


class ReconcileBody(Standing, frozen=True, kw_only=True):
    """对账: which account, and from which instant or day to before which."""

    platform: str
    account: str
    start: str
    end: str


def _targets(call: Call, _query: Standing) -> object:
    return {"return_targets": [_shown(one) for one in call.services.target_accounts.of_tenant(call.who.tenant)]}


def _declare(call: Call, body: TargetBody) -> object:
    account = TargetAccount(
        id=check_id(body.id, place="id"),
        target=check_id(body.target, place="target"),
        tenant=call.who.tenant,
        settings=settings_of(body.settings),
        secret=body.secret.encode(),
        ratio_millionths=body.ratio_millionths,
        test=body.test,
    )
    call.services.returning.declare(account)
    return Made(_shown(account))


def _shown(account: TargetAccount) -> dict[str, object]:
    """Write an account for an answer: everything but its secret, and its settings by name alone."""
    shown = ("id", "target", "tenant", "ratio_millionths", "test", "active")
    return {**{name: getattr(account, name) for name in shown}, "settings": sorted(account.settings)}


def _reconcile(call: Call, body: ReconcileBody) -> object:
    start_ms, end_ms = moment(body.start, place="start"), moment(body.end, place="end")
    in_order(start_ms, end_ms, place="end")
    account = _own_account(call, body)
    query = Query(
        platform=account.platform,
        account=account.account,
        tenant=account.tenant,
        start_ms=start_ms,
        end_ms=end_ms,
    )
    return plain(call.services.reconciler.run(query, account))


def _own_account(call: Call, body: ReconcileBody) -> PlatformAccount:
    found = next(
        (
            account
            for account in call.services.accounts.of_tenant(call.who.tenant)
            if (account.platform, account.account) == (body.platform, body.account)
        ),
        None,
    )
    if found is None:
        raise AccountAbsent(id=f"{body.platform}/{body.account}"[:120])
    return found


routes = [
    door(
        "/v1/return-targets",
        get=Act(Permission.MANAGE_ACCOUNTS, Standing, _targets),
        post=Act(Permission.MANAGE_ACCOUNTS, TargetBody, _declare),
    ),
    door("/v1/reconciliations", post=Act(Permission.MANAGE_ACCOUNTS, ReconcileBody, _reconcile)),
]
