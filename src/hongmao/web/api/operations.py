"""`/v1/platform-accounts`, `/v1/ops/*`: how shops sign, how far the workers are, and letting them catch up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.kernel.ids import check_id
from hongmao.returns.api import PlatformAccount
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.errors import SecretWeak, SettingsTooMany
from hongmao.web.api.reading import Sent, Standing, line_of

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call
    from hongmao.web.services import Health

SECRET_CHARS_MIN = 16
SECRET_CHARS_MAX = 256
SETTINGS_MAX = 20
SETTING_CHARS_MAX = 2_000


class AccountBody(Standing, frozen=True, kw_only=True):
    """签名账户: by which a platform's shop signs what it returns. Sent again, it replaces secret and state."""

    platform: str
    account: str
    secret: str
    revoked: bool = False
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    """What the platform's client must know besides: `session`, `gateway`, ..."""


def _accounts(call: Call, _query: Standing) -> object:
    return {"platform_accounts": [_shown(account) for account in call.services.accounts.of_tenant(call.who.tenant)]}


def _keep_account(call: Call, body: AccountBody) -> object:
    account = PlatformAccount(
        platform=check_id(body.platform, place="platform"),
        account=check_id(body.account, place="account"),
        tenant=call.who.tenant,
        secret=_secret(body.secret),
        revoked=body.revoked,
        settings=settings_of(body.settings),
    )
    call.services.accounts.add(account)
    return Made(_shown(account))


def _shown(account: PlatformAccount) -> dict[str, object]:
    """Write an account for an answer: everything but its secret, and its settings by name alone."""
    shown = ("platform", "account", "tenant", "revoked")
    return {**{name: getattr(account, name) for name in shown}, "settings": sorted(account.settings)}


def _secret(text: str) -> bytes:
    if not SECRET_CHARS_MIN <= len(text) <= SECRET_CHARS_MAX:
        raise SecretWeak(place="secret", chars_min=SECRET_CHARS_MIN, chars_max=SECRET_CHARS_MAX)
    return text.encode()


def settings_of(given: dict[str, str]) -> dict[str, str]:
    """Let settings through that are few, well-named and one line each."""
    if len(given) > SETTINGS_MAX:
        raise SettingsTooMany(place="settings", limit=SETTINGS_MAX)
    return {
        check_id(name, place="settings"): line_of(value, place=f"settings.{name}", chars_max=SETTING_CHARS_MAX)
        for name, value in given.items()
    }


def _settle(call: Call, _body: Sent) -> object:
    call.services.settle()
    return _written(call.services.health())


def _tick(call: Call, _body: Sent) -> object:
    return call.services.tick()


def _lag(call: Call, _query: Sent) -> object:
    return _written(call.services.health())


def _written(health: Health) -> dict[str, object]:
    return {"log_end": health.log_end, "lag": health.lag, "caught_up": health.caught_up}


routes = [
    door(
        "/v1/platform-accounts",
        get=Act(Permission.MANAGE_ACCOUNTS, Standing, _accounts),
        post=Act(Permission.MANAGE_ACCOUNTS, AccountBody, _keep_account),
    ),
    door("/v1/ops/settle", post=Act(Permission.OPERATE, Sent, _settle)),
    door("/v1/ops/tick", post=Act(Permission.OPERATE, Sent, _tick)),
    door("/v1/ops/lag", get=Act(Permission.OPERATE, Sent, _lag)),
]
