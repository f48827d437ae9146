"""`hongmao demo`: a living city on the real platform, or three days of it as fast as they go."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hongmao.bootstrap.clocks import FileClock
from hongmao.bootstrap.foundations import check_idle
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.cli.city_money import city_money, money_lines
from hongmao.world.founding import Login
from hongmao.world.play import Play
from hongmao.world.spec import draw_plan
from hongmao.world.stage import Ports, Stage, clear_home, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.world.spec import Plan
    from hongmao.world.truth import Truth

LIVE_DAYS = 60
_WHO = {"/ops": "Operations"}
_words = Console(stderr=True)


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, 30),
    default=None,
    help="City days to live at full speed first [2; 3 with --no-serve].",
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed prints the same figures.")
@click.option(
    "--readers", type=click.IntRange(10, 100_000), default=800, show_default=True, help="How many people read."
)
@click.option("--speed", type=float, default=2.0, show_default=True, help="City minutes per second once it lives on.")
@click.option("--port", type=int, default=None, help="The platform's port [HONGMAO_PORT, 8080].")
@click.option("--shop-port", type=int, default=8090, show_default=True, help="The sandbox shop's port.")
@click.option("--serve/--no-serve", default=True, help="Live on until Ctrl-C, or print the report and end.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object (with --no-serve).")
def demo(
    *,
    days: int | None,
    seed: int,
    readers: int,
    speed: float,
    port: int | None,
    shop_port: int,
    serve: bool,
    as_json: bool,
) -> None:
    """Serve the platform with a seeded city whose readers, shops and merchants act through the real HTTP endpoints.

    The city's folder is HONGMAO_HOME; an earlier city there is replaced, anything else is left alone.
    """
    settings = Settings.read()
    days = days or (2 if serve else 3)
    home = settings.home_path
    check_idle(settings)
    clear_home(home, {"seed": seed, "readers": readers})
    plan = draw_plan(seed, readers)
    clock = FileClock.create(home / "clock", plan.start_ms)
    ports = Ports(platform=port or int(settings.port), shop=shop_port) if serve else free_ports()
    with Stage(home, ports, seed=seed) as stage:
        play = Play(plan, stage, clock, days=LIVE_DAYS if serve else days)
        if serve:
            _say_where(play, stage)
        _live_days(play, days)
        if serve:
            _live_on(play, speed)
            return
        truth, reconciled = play.city.truth, play.reconcile(days)
    settings = replace(settings, clock=f"file:{home / 'clock'}")
    _print_report(settings, plan, days, truth, reconciled, as_json=as_json)


def _live_days(play: Play, days: int) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} h"))
    with Progress(*columns, TimeElapsedColumn(), console=_words, transient=True) as progress:
        task = progress.add_task("The city lives", total=days * 24)
        play.days(days, progress=lambda hours: progress.update(task, completed=hours))


def _say_where(play: Play, stage: Stage) -> None:
    """Print every address and sign-in: all of it is open already while the first days are played."""
    _words.rule("[bold red]红猫 Hongmao[/]")
    _words.print(f"Reader          {stage.platform_url}/")
    admin = Login("/console/", *stage.admin_login())
    for who, login in [(_WHO.get(one.console, "Merchant"), one) for one in play.logins] + [("Admin", admin)]:
        address = f"{stage.platform_url}{login.console}"
        _words.print(
            f"{who:<15} {address}   login [bold]{login.login}[/]  password [bold]{login.password}[/]", soft_wrap=True
        )
    _words.print(f"Outside shop    {stage.shop_url}/")
    _words.print(f"State           {stage.home}")
    _words.print("Ctrl-C stops everything.")


def _live_on(play: Play, speed: float) -> None:
    _words.print(f"The city lives on, {speed:g} minutes to a second.")
    try:
        play.live(minutes_per_second=speed, stop=lambda: False)
    except KeyboardInterrupt:
        _words.print("Stopping: running requests end, the log is closed.")


def _print_report(
    settings: Settings,
    plan: Plan,
    days: int,
    truth: Truth,
    reconciled: list[dict[str, Any]],
    *,
    as_json: bool,
) -> None:
    with open_house(settings) as house:
        report = with_reconciled(house.services.insight.city_report(), reconciled)
        text = house.services.insight.render_report(report)
        money, head = city_money(house.services, report), house.services.ledger.head()
    if as_json:
        asked = {"seed": plan.seed, "readers": len(plan.citizens), "days": days}
        report = {**asked, **report, "money": money, "truth": truth.summary()}
        json.dump(report, sys.stdout, ensure_ascii=False, indent=2, sort_keys=True)
        sys.stdout.write("\n")
        return
    click.echo(text)
    for line in _differences(reconciled):
        click.echo(line)
    click.echo("")
    for line in money_lines(money, head.hash):
        click.echo(line)
    click.echo("")
    click.echo("What only the city knows (orders placed, whether or not a return has arrived)")
    for name, count in truth.summary().items():
        click.echo(f"  {name.replace('_', ' '):<28}{count:>10}")


def with_reconciled(report: dict[str, Any], found: list[dict[str, Any]]) -> dict[str, Any]:
    """Write beside each line of a report which share of facts its shops agree on; null where none could be asked."""
    shares = {
        (one["platform"], line["line"]): line["reconciled_percent"]
        for one in found
        if one["complete"]
        for line in one["lines"]
    }
    lines = [
        {**line, "reconciled_percent": shares.get((line["platform"], line["line"])) if line["facts"] else None}
        for line in report["lines"]
    ]
    differences = [difference for one in found for difference in one["differences"]]
    return {**report, "lines": lines, "differences": differences}


def _differences(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        if not one["complete"]:
            yield f"{one['platform']} {one['account']} could not be asked to the end: {one['reason']}"
        for difference in one["differences"]:
            facts = (difference[name] for name in ("platform", "day", "difference", "kind", "sub_order_id"))
            yield "  ".join(map(str, facts))
