"""The merchants' offices: what a platform tells by file alone, somebody downloads at its hour and uploads to us."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, SHANGHAI, day_of, into_day_ms
from hongmao.world.connect import COUNTERS, Key, key_of

if TYPE_CHECKING:
    from hongmao.world.spec import Plan, Store
    from hongmao.world.wire import Line

REPORT_AT_MS: Final = 8 * HOUR_MS  # a report of yesterday is ready in the morning
EXPORT_EVERY_MS: Final = 30 * MINUTE_MS  # what readers did so far today, as often as somebody looks
_OK: Final = 200


class Office:
    """Carries UD reports and Vipshop's visits from the shops' platforms to us, at the hours at which they are ready."""

    def __init__(self, plan: Plan, platform: Line, shop: Line) -> None:
        """Know which shops need it."""
        self._platform = platform
        self._shop = shop
        self._reported = [store for store in plan.stores if store.line == "ud"]
        self._exported = [store for store in plan.stores if store.platform == "vip"]

    def work(self, at_ms: int) -> None:
        """Do what this instant is the hour of."""
        if at_ms % EXPORT_EVERY_MS == 0:
            # What happened before midnight may be told after it.
            for day in sorted({day_of(at_ms - HOUR_MS).isoformat(), day_of(at_ms).isoformat()}):
                for store in self._exported:
                    self._carry(store, f"export/visits.csv?{_vop(store, day, at_ms)}", "vip_visits", f"visits-{day}")
        if into_day_ms(at_ms) == REPORT_AT_MS:
            yesterday = day_of(at_ms - DAY_MS).isoformat()
            for store in self._reported:
                self._carry(store, f"ud/report.csv?{_top(store, yesterday, at_ms)}", "ud_daily", f"ud-{yesterday}")

    def _carry(self, store: Store, download: str, report: str, name: str) -> None:
        """Download, and upload what came. A download that fails is fetched again at the next hour."""
        answer = self._shop.get(f"{COUNTERS[store.platform].path}/{download}")
        if answer.status != _OK or answer.body.startswith(b"{"):
            return
        account, tenant = key_of(store).account, f"tenant-{store.brand + 1}"
        query = urlencode({"tenant": tenant, "account": account, "name": f"{name}.csv"})
        where = f"/v1/returns/files/{store.platform}/{report}?{query}"
        self._platform.must(self._platform.post_raw(where, answer.body, {"content-type": "text/csv"}), "POST", where)


def _top(store: Store, day: str, at_ms: int) -> str:
    """Sign a download as TOP does: HMAC-SHA256 over the sorted query."""
    key, told = key_of(store), datetime.fromtimestamp(at_ms / 1000, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    params = {"app_key": key.account, "day": day, "sign_method": "hmac-sha256", "timestamp": told}
    return urlencode({**params, "sign": _sign(key, params, "sha256")})


def _vop(store: Store, day: str, at_ms: int) -> str:
    """Sign a download as VOP does: HMAC-MD5 over the sorted query."""
    key = key_of(store)
    params = {"appKey": key.account, "accessToken": key.session, "day": day, "timestamp": str(at_ms // 1000)}
    return urlencode({**params, "sign": _sign(key, params, "md5")})


def _sign(key: Key, params: dict[str, str], digest: str) -> str:
    text = "".join(f"{name}{value}" for name, value in sorted(params.items()))
    return hmac.new(key.secret.encode(), text.encode(), digest).hexdigest().upper()
