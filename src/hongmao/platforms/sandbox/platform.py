"""The sandbox as a platform of the house."""

from __future__ import annotations

from hongmao.platforms.contracts import Platform
from hongmao.platforms.sandbox.connector import SandboxConnector

SANDBOX = Platform(
    name="sandbox",
    zh="沙箱店铺",
    en="Sandbox shop",
    link_prefixes=("sandboxshop://",),
    webhook=SandboxConnector(),
)
