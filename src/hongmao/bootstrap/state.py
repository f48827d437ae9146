"""Where everything of one deployment lies below its home folder, and what its first start writes there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.bootstrap.keys import write_credentials

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.catalog.api import Catalog

PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """The home folder's rooms."""

    home: Path

    @property
    def log(self) -> Path:
        """What happened."""
        return self.home / "log"

    @property
    def secrets(self) -> Path:
        """Keys that sign clicks and sessions and seal platform secrets; its owner's alone."""
        return self.home / "secrets"

    @property
    def credentials(self) -> Path:
        """The first administrator's sign-in and key."""
        return self.home / "credentials.json"


def first_start(layout: Layout, catalog: Catalog) -> None:
    """Make the administrator where there is none, and write down how to sign in.

    The password is on disk before it is in force: a crash in between leaves a way in, from which a new key is issued.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    known = layout.credentials.exists()
    if not known:
        write_credentials(layout.credentials, {"login": "admin", "password": password})
    admin = catalog.bootstrap_admin(password=password)
    if admin is not None:
        words = {"login": admin.login, "password": admin.password, "admin_key": admin.key}
        write_credentials(layout.credentials, words)
