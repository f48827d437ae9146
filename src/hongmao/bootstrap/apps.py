"""Apps (应用): what outside platforms know this deployment as. A file names them, for their secrets belong in no environment.

[taobao]
app_key = "21000000"
secret = "..."
settings = { gateway = "http://127.0.0.1:8090/gw/taobao" }      # optional: what a platform's README lists
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hongmao.bootstrap.settings import SettingUnreadable
from hongmao.platforms.contracts import GrantApp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.platforms.contracts import Platform


class _App(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    app_key: str
    secret: str
    settings: dict[str, str] = {}


def read_apps(path: str, platforms: Mapping[str, Platform]) -> Mapping[str, GrantApp]:
    """Read the apps of a file; none without one. `SettingUnreadable` names the platform that cannot be used, never a secret."""
    if not path:
        return {}
    try:
        written = tomllib.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingUnreadable(place="HONGMAO_APPS", value=path) from None
    apps: dict[str, GrantApp] = {}
    for name, told in written.items():
        platform = platforms.get(name)
        if platform is None or platform.grants is None:
            raise SettingUnreadable(place="HONGMAO_APPS", value=name)
        try:
            app = msgspec.convert(told, _App)
        except msgspec.ValidationError:
            raise SettingUnreadable(place="HONGMAO_APPS", value=name) from None
        apps[name] = GrantApp(
            platform=name, app_key=app.app_key, secret=app.secret.encode(), settings=dict(app.settings)
        )
    return apps
