"""`hongmao doctor`: what is configured, reachable, late, unbalanced or immature, with the next step beside it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from hongmao.catalog.api import PLATFORM, Principal, Role
from hongmao.cli.house import open_house
from hongmao.cli.main import EXIT_REFUSED, lang_of_terminal
from hongmao.eligibility.api import Stage
from hongmao.kernel.time import day_of, iso

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang
    from hongmao.web.services import Health, Services

LAG_WORRYING = 10_000
GRANTS_NAMED = 5
HOUSE = Principal(id="house:doctor", tenant=PLATFORM, role=Role.ADMIN, name="doctor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and what to do where it is not."""

    name: str
    well: bool
    seen: str
    zh: str
    en: str

    def advice(self, lang: Lang) -> str:
        """Say what to do; empty where all is well."""
        return "" if self.well else (self.zh if lang == "zh" else self.en)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="Language of the advice.")
def doctor(*, as_json: bool, lang: Lang | None) -> None:
    """Look at a deployment and say what needs care. Exit code 1 where something does."""
    with open_house() as services:
        findings = examine(services)
    if as_json:
        click.echo(
            json.dumps({finding.name: asdict(finding) for finding in findings}, ensure_ascii=False, sort_keys=True)
        )
    else:
        for finding in findings:
            mark = "ok  " if finding.well else "CARE"
            click.echo(f"{mark} {finding.name:<22}{finding.seen}")
            if not finding.well:
                click.echo(f"     {finding.advice(lang or lang_of_terminal())}")
    if not all(finding.well for finding in findings):
        sys.exit(EXIT_REFUSED)


def examine(services: Services) -> list[Finding]:
    """Look at log, workers, money and definitions."""
    health = services.health()
    check = services.ledger.verify(since_close=True)  # the rest is `hongmao ledger verify`'s
    in_force = services.definitions.in_force(day_of(services.clock.now_ms()))
    return [
        Finding(name="log", well=True, seen=_span(health), zh="", en=""),
        *(
            Finding(
                name=f"worker {name}",
                well=behind < LAG_WORRYING,
                seen=f"{behind} events behind",
                zh="请确认 hongmao serve 正在运行，或执行 hongmao rebuild",
                en="See that hongmao serve runs, or run hongmao rebuild",
            )
            for name, behind in health.lag.items()
        ),
        *(
            Finding(
                name=f"consumer {name}",
                well=False,
                seen=f"stands at {at}; nothing of this program follows the log under that name",
                zh="日志不会清理它尚未读到的部分；若已停用，请从数据库的 positions 表删除该行",
                en="The log keeps all it has yet to read; where it is gone for good, delete its row of the table positions",
            )
            for name, at in health.strangers.items()
        ),
        _credits(services),
        Finding(
            name="ledger",
            well=check.balanced,
            seen="balanced" if check.balanced else "NOT balanced",
            zh="请停止计费并运行 hongmao ledger verify 查看出错的分录",
            en="Stop billing and run hongmao ledger verify to see which entries are wrong",
        ),
        Finding(
            name="definitions in force",
            well=bool(in_force),
            seen=str(len(in_force)),
            zh="没有生效的口径：请检查 HONGMAO_CLOCK 与口径文件的生效日",
            en="No definition is in force: check HONGMAO_CLOCK and the effective days of the files",
        ),
        _admission(services),
        _care(services),
        _grants(services),
    ]


def _span(health: Health) -> str:
    if health.log_first == 1:
        return f"{health.log_end} events"
    return f"{health.log_end} events, those before {health.log_first} in the lake alone"


def _admission(services: Services) -> Finding:
    """Say how far the programme is open, and whether its switch is off."""
    now = services.eligibility.stage()
    seen = "observe, nothing is held but what the law forbids"
    if now is not None:
        seen = f"{now.stage.value}, since {iso(now.at_ms)} by {now.who}"
    return Finding(
        name="admission",
        well=now is None or now.stage is not Stage.OFF,
        seen=seen,
        zh="项目已关闭，没有站外链接投放：hongmao eligibility stage 说明是谁、为什么",
        en="The programme is off and no outside link serves: `hongmao eligibility stage` says who did it and why",
    )


def _care(services: Services) -> Finding:
    """Count what pages of links were found to say otherwise."""
    differing = services.care.findings(None)
    links = len({one.link for one in differing})
    return Finding(
        name="link care",
        well=not differing,
        seen=f"{len(differing)} open, links concerned: {links}" if differing else "nothing differs",
        zh="请在控制台“链接巡检”页逐条处理：重读，或以新的为准",
        en="Settle them on the console's page of link care: read again, or agree to the new",
    )


def _grants(services: Services) -> Finding:
    """Name the shops whose platforms will not let us read them any more, or soon."""
    troubles = services.onboarding.accounts.troubles(HOUSE)
    told = [
        f"{one.grant.platform} {one.grant.shop} {one.phase}"
        + (f" on {iso(one.grant.until_ms)}" if one.grant.until_ms is not None else "")
        + (f" ({one.grant.why}{', an answer was lost' if one.grant.interrupted else ''})" if one.grant.why else "")
        for one in troubles
    ]
    more = f" and {len(told) - GRANTS_NAMED} more" if len(told) > GRANTS_NAMED else ""
    return Finding(
        name="grants of shops",
        well=not told,
        seen=", ".join(told[:GRANTS_NAMED]) + more if told else "all are renewed by themselves",
        zh="请商家在控制台“入驻引导”页重新接入店铺；late 表示平台尚未答复，会自动重试",
        en="Have the merchants connect these shops again on their page of joining; `late` is asked again by itself",
    )


def _credits(services: Services) -> Finding:
    """Say what the published credits were made from."""
    run = services.credited()
    seen = "none yet"
    if run is not None:
        seen = (
            f"{run.rows} rows of {len(run.definitions)} definitions to event {run.source.position}, "
            f"{run.maker.engine}, code {run.maker.code}, checksum {run.checksum[:16]}"
        )
    return Finding(
        name="credits",
        well=run is not None or not services.health().log_end,
        seen=seen,
        zh="尚未发布归因：请确认 hongmao serve 正在运行，或执行 hongmao rebuild",
        en="No credits are published: see that hongmao serve runs, or run hongmao rebuild",
    )
