"""Settings: everything that may differ between two deployments, from the environment, with defaults that work."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from hongmao.billing.api import OVERSPEND_FEN_MAX, PPM, read_spend_order
from hongmao.bootstrap.engines import names_engine
from hongmao.bus.nats.address import names_log
from hongmao.engines.lake.address import LakeAddress, on_a_store
from hongmao.kernel.errors import BadInput
from hongmao.links.api import read_caps, read_dedupe
from hongmao.telemetry.scraping import read_address
from hongmao.telemetry.tracing import read_target
from hongmao.web.edge.hot.limits import read_limits
from hongmao.web.edge.origin import read_trust

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT_MAX = 65_535
KEEP_DAYS_MAX = 36_500
DRAIN_S_MAX = 600
_WHOLE = re.compile(r"[0-9]{1,12}")
_SECONDS = re.compile(r"\d{1,3}(\.\d{1,3})?")
_MEMORY = re.compile(r"[1-9]\d{0,5}(MiB|GiB)")


class SettingUnreadable(BadInput):
    """A setting has a value that means nothing."""

    code = "setting_unreadable"
    zh = "设置 {place} 的值“{value}”无法识别"
    en = "The setting {place} cannot be {value!r}"
    hint_zh = "可用的值见 docs/reference/settings.md"
    hint_en = "docs/reference/settings.md lists what it may be"


def _setting(default: str, about: str) -> str:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One deployment. A field `sandbox_url` is set by the environment variable `HONGMAO_SANDBOX_URL`, and so on."""

    home: str = _setting("./var", "Folder that holds all state; two homes never meet")
    host: str = _setting("127.0.0.1", "Address to listen on")
    port: str = _setting("8080", "Port to listen on")
    db: str = _setting("", "SQLAlchemy URL of decided state; empty for SQLite in the home folder")
    log: str = _setting(
        "",
        "Where the log lives; empty for the embedded log in the home folder, nats://host:port,host:port,host:port/STREAM",
    )
    log_keep_days: str = _setting(
        "", "How many days the embedded log keeps what is in the lake, such as 30; empty for all of them"
    )
    lake: str = _setting(
        "",
        "Where the Parquet lake is; empty for lake/ in the home folder, a folder, or"
        " s3://bucket/prefix?endpoint=http://host:port&region=name&cache=20GiB with keys in AWS_*",
    )
    engine: str = _setting(
        "duckdb", "Engine of heavy queries: duckdb, spark, spark?cores=2&memory=4g, spark://host:port"
    )
    memory: str = _setting(
        "2GiB", "What heavy queries may hold in memory together, such as 512MiB; the rest goes to disk"
    )
    clock: str = _setting("", "Empty for the machine's clock, file:/path to share a city's")
    sandbox_url: str = _setting("http://127.0.0.1:8090", "Where the sandbox shop stands; links may lead there")
    pilots: str = _setting("", "Platforms in 内测 whose jump is open here, by name, with commas between")
    ad_every: str = _setting("5", "Every how many cards of the feed one may be a funded one")
    link_care: str = _setting(
        "on", "on to read the page behind every link again within a day and hold what differs, off to read none"
    )
    readers_min: str = _setting("20", "A count of fewer readers than this is not told on the attribution page (PRIV-5)")
    metrics: str = _setting(
        "", "Address of a door of its own for figures, such as 127.0.0.1:9464; empty for /metrics to this machine alone"
    )
    trace: str = _setting(
        "",
        "Where traces go, such as http://127.0.0.1:4318/v1/traces?ratio=0.01 for one click in a hundred; empty for nowhere",
    )
    caps: str = _setting(
        "",
        "How often one network (/24 or /64), device and link may act in how many seconds before more is kept and not counted: "
        "ip=600/60,device=60/60,link=off for taps, shown_ip=200000/60,shown_device=1200/60 for impressions; what is not named "
        "keeps these, off alone is no cap",
    )
    tap_dedupe: str = _setting(
        "",
        "By which of link, showing, reader, device a tap is the same again, and for how long (ms, s or m, up to 60m): empty "
        "for link,showing,reader;10s; off for never",
    )
    trust: str = _setting(
        "",
        "Networks of proxies whose X-Forwarded-For and -Proto are believed, such as 127.0.0.1,10.0.0.0/8; empty for nobody",
    )
    lag_ms_max: str = _setting("500", "How many ms the log may be behind before taps and events get 503: 10 to 60000")
    limits: str = _setting(
        "",
        "Lines open to one process (16 to 65536), and seconds (1 to 600) for a whole head, a whole body and nothing at all: "
        "connections=4096,head=5,body=10,idle=30; what is not named keeps these",
    )
    spend_order: str = _setting(
        "compensation,rebate,credit,cash",
        "Which kind of a merchant's money is spent first, all four kinds by name with commas between (BILL-3)",
    )
    signup: str = _setting(
        "off",
        "on to let merchants sign up by themselves at /console/join, off for accounts that an administrator makes",
    )
    apps: str = _setting(
        "",
        "TOML file with the apps by which platforms know this deployment, for shops that connect themselves; empty for none",
    )
    auto_review: str = _setting(
        "off",
        "made to approve a link that its platform made and whose page was read the same without a person, off for nobody's",
    )
    overspend_fen: str = _setting(
        "5000",
        "How many fen of a campaign's day may be charged above its budget and are given back in the same moment, 0 to 1000000;"
        " what would be more costs nothing (BILL-1)",
    )
    creator_fee_ppm: str = _setting(
        "100000",
        "The community's fee on a creator's price, in millionths of it, 0 to 1000000; 100000 (10 %) is what is said of 蒲公英 and"
        " unverified",
    )
    drain_s: str = _setting(
        "1",
        "Seconds (0 to 600) for which a process that is told to stop still takes whoever comes, while /readyz says that it goes",
    )
    cookie_secure: str = _setting("no", "yes where readers come by https: cookies are then never sent in the clear")

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; names that are not there keep their defaults."""
        source = os.environ if environ is None else environ
        given = {
            entry.name: source[f"HONGMAO_{entry.name.upper()}"]
            for entry in fields(cls)
            if source.get(f"HONGMAO_{entry.name.upper()}")
        }
        settings = cls(**given)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what cannot work, naming the variable, before anything is opened."""
        wrong = {
            "HONGMAO_PORT": None if self.port.isdigit() and int(self.port) <= PORT_MAX else self.port,
            "HONGMAO_LOG": None if not self.log or names_log(self.log) else self.log,
            "HONGMAO_LOG_KEEP_DAYS": None if self._may_trim() else self.log_keep_days,
            "HONGMAO_MEMORY": None if _MEMORY.fullmatch(self.memory) else self.memory,
            "HONGMAO_ENGINE": None if names_engine(self.engine) else self.engine,
            "HONGMAO_AD_EVERY": None if self.ad_every.isdigit() and int(self.ad_every) > 1 else self.ad_every,
            "HONGMAO_LINK_CARE": None if self.link_care in {"on", "off"} else self.link_care,
            "HONGMAO_READERS_MIN": None
            if self.readers_min.isdigit() and int(self.readers_min) > 0
            else self.readers_min,
            "HONGMAO_METRICS": self.metrics if self.metrics and read_address(self.metrics) is None else None,
            "HONGMAO_TRACE": self.trace if self.trace and read_target(self.trace) is None else None,
            "HONGMAO_CAPS": self.caps if read_caps(self.caps) is None else None,
            "HONGMAO_TAP_DEDUPE": self.tap_dedupe if read_dedupe(self.tap_dedupe) is None else None,
            "HONGMAO_TRUST": self.trust if read_trust(self.trust) is None else None,
            "HONGMAO_LAG_MS_MAX": self.lag_ms_max if read_limits("", self.lag_ms_max) is None else None,
            "HONGMAO_LIMITS": self.limits if read_limits(self.limits) is None else None,
            "HONGMAO_SPEND_ORDER": self.spend_order if read_spend_order(self.spend_order) is None else None,
            "HONGMAO_SIGNUP": None if self.signup in {"on", "off"} else self.signup,
            "HONGMAO_AUTO_REVIEW": None if self.auto_review in {"made", "off"} else self.auto_review,
            "HONGMAO_OVERSPEND_FEN": None
            if self.overspend_fen.isdecimal() and int(self.overspend_fen) <= OVERSPEND_FEN_MAX
            else self.overspend_fen,
            "HONGMAO_CREATOR_FEE_PPM": None
            if _WHOLE.fullmatch(self.creator_fee_ppm) and int(self.creator_fee_ppm) <= PPM
            else self.creator_fee_ppm,
            "HONGMAO_DRAIN_S": None
            if _SECONDS.fullmatch(self.drain_s) and float(self.drain_s) <= DRAIN_S_MAX
            else self.drain_s,
            "HONGMAO_COOKIE_SECURE": None if self.cookie_secure in {"yes", "no"} else self.cookie_secure,
        }
        if on_a_store(self.lake):
            LakeAddress.read(self.lake)
        for name, value in wrong.items():
            if value is not None:
                raise SettingUnreadable(place=name, value=value)

    def _may_trim(self) -> bool:
        """Tell whether what is said of trimming can be done: what servers keep is theirs to limit."""
        days = self.log_keep_days
        return not days or (not self.log and days.isdecimal() and 0 < int(days) <= KEEP_DAYS_MAX)

    @property
    def home_path(self) -> Path:
        """Give the home folder, absolute."""
        return Path(self.home).expanduser().resolve()

    @property
    def open_pilots(self) -> frozenset[str]:
        """Name the pilot platforms whose jump is open."""
        return frozenset(name for part in self.pilots.split(",") if (name := part.strip()))

    @property
    def trusted(self) -> tuple[str, ...]:
        """Name the networks of proxies that are believed about who asks."""
        return tuple(map(str, read_trust(self.trust) or ()))

    @property
    def lake_path(self) -> Path:
        """Give the lake's folder, absolute; where the lake is on a store, the folder of its derived tables."""
        if self.lake and not on_a_store(self.lake):
            return Path(self.lake).expanduser().resolve()
        return self.home_path / "lake"

    @property
    def database_url(self) -> str:
        """Give the URL of decided state."""
        return self.db or f"sqlite:///{self.home_path / 'state.sqlite'}"
