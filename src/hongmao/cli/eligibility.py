"""`hongmao eligibility`: judge shops, try a draft on them, publish it, set the stage, make an old verdict again."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.bootstrap.admission import open_admission, open_rules
from hongmao.bootstrap.settings import Settings
from hongmao.catalog.api import PLATFORM, Principal, Role
from hongmao.cli.eligibility_words import act_line, simulation_lines, stage_line, verdict_lines
from hongmao.cli.main import EXIT_REFUSED, lang_of_terminal
from hongmao.cli.options import JSON
from hongmao.cli.speaking import spoken
from hongmao.eligibility.api import alternative, generated_shops, read, simulate, simulation_data, verdict_data
from hongmao.kernel.ids import ShopId, check_id
from hongmao.kernel.time import day_of
from hongmao.platforms.scores import read_score_file, unknown_shop
from hongmao.returns.api import FileProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.catalog.api import Catalog, Shop
    from hongmao.eligibility.api import ScoreTold, Simulation
    from hongmao.kernel.errors import Lang

OPERATOR = Principal(id="command-line", tenant=PLATFORM, role=Role.ADMIN, name="command line")
"""Whoever can read the home folder can read its decisions; the command line acts as the house."""
_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the words.")
_WHO = click.option("--who", required=True, help="Who decides: a login or an id.")
_WHY = click.option("--why", required=True, help="Why, for whoever reads the history.")
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="DRAFT.toml")


@click.group()
def eligibility() -> None:
    """准入: which shops may be led to, by which rules, and since when."""


@eligibility.command()
@click.argument("shop")
@JSON
@_LANG
def judge(*, shop: str, as_json: bool, lang: Lang) -> None:
    """Judge a shop now: every criterion with what is asked, what was found, and where that came from.

    Exit code 1 where nothing new of the shop may begin.
    """
    with spoken(lang), open_admission(Settings.read()) as admission:
        standing = admission.eligibility.stands(OPERATOR, ShopId(check_id(shop, place="SHOP")))
    if as_json:
        _print_json({**verdict_data(standing.verdict), "passes": standing.passes, "runs": standing.runs})
    else:
        for line in verdict_lines(standing.verdict, lang):
            click.echo(line)
        if standing.ruling is not None:
            click.echo(f"{standing.ruling.by}: {standing.ruling.why}")
    if not standing.passes:
        sys.exit(EXIT_REFUSED)


@eligibility.command("simulate")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--alternative", "named", metavar="NAME", help="A draft that ships with Hongmao: seeding_direct_pdd_all.")
@click.option("--generated", type=click.IntRange(1, 100_000), metavar="N", help="Try it on N shops drawn by lot.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed draws the same shops.")
@JSON
@_LANG
def simulate_draft(
    *, file: Path | None, named: str | None, generated: int | None, seed: int, as_json: bool, lang: Lang
) -> None:
    """Show which shops a draft would judge otherwise than what is in force. Nothing is published.

    The shops are the deployment's own, or N that are drawn by lot, for which no deployment is needed.
    """
    with spoken(lang):
        text, name = _draft(file, named)
        if generated is None:
            with open_admission(Settings.read()) as admission:
                found = admission.eligibility.simulate(OPERATOR, text, file=name)
        else:
            found = _on_generated(text, name, generated, seed)
    if as_json:
        _print_json(simulation_data(found))
        return
    for line in simulation_lines(found, lang):
        click.echo(line)


@eligibility.command()
@_FILE
@_WHO
@_WHY
@JSON
@_LANG
def publish(*, file: Path, who: str, why: str, as_json: bool, lang: Lang) -> None:
    """Publish the next version of a rule set or of the categories, from its first day on."""
    with spoken(lang), open_admission(Settings.read()) as admission:
        act = admission.eligibility.publish(_named(who), file.read_text(encoding="utf-8"), why=why, file=file.name)
    _print_json(msgspec.to_builtins(act)) if as_json else click.echo(act_line(act))


@eligibility.command()
@click.argument("key", metavar="ID.vN")
@_WHO
@_WHY
@JSON
@_LANG
def revert(*, key: str, who: str, why: str, as_json: bool, lang: Lang) -> None:
    """Take back the newest version, if it was published here: the one before it speaks again."""
    with spoken(lang), open_admission(Settings.read()) as admission:
        act = admission.eligibility.revert(_named(who), key, why=why)
    _print_json(msgspec.to_builtins(act)) if as_json else click.echo(act_line(act))


@eligibility.command("stage")
@click.argument("stage", required=False, metavar="[observe|whitelist|percent|open|off]")
@click.option("--percent", type=int, help="With the stage percent: how many of 100 merchants are let in.")
@click.option("--who", default=OPERATOR.id, show_default=True, help="Who decides.")
@click.option("--why", help="Why; needed to set a stage.")
@JSON
@_LANG
def set_stage(*, stage: str | None, percent: int | None, who: str, why: str | None, as_json: bool, lang: Lang) -> None:
    """Say which stage the programme is at and how it came there, or set one. `off` is the kill switch."""
    with spoken(lang), open_admission(Settings.read()) as admission:
        if stage is not None:
            admission.eligibility.set_stage(_named(who), stage, percent, why=why or "")
        history = admission.eligibility.stages(OPERATOR)
    if as_json:
        _print_json({"stage": history[-1].stage if history else "observe", "history": msgspec.to_builtins(history)})
        return
    click.echo(stage_line(history[-1] if history else None, lang))
    for one in history[:-1][::-1]:
        click.echo(f"  {stage_line(one, lang)}")


@eligibility.command()
@click.argument("number", type=click.IntRange(1, 10**15))
@JSON
@_LANG
def replay(*, number: int, as_json: bool, lang: Lang) -> None:
    """Make an old verdict again from what it was made from. Exit code 1 where it comes out otherwise."""
    with spoken(lang), open_admission(Settings.read()) as admission:
        replayed = admission.eligibility.replay(OPERATOR, number)
    if as_json:
        again = {"status": replayed.again.status, "findings": msgspec.to_builtins(replayed.again.findings)}
        _print_json({"same": replayed.same, "verdict": verdict_data(replayed.verdict), "again": again})
    else:
        for line in verdict_lines(replayed.verdict, lang):
            click.echo(line)
        click.echo("same" if replayed.same else f"NOT the same: {replayed.again.status.value}")
    if not replayed.same:
        sys.exit(EXIT_REFUSED)


@eligibility.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="SCORES.csv|xlsx")
@click.option("--platform", required=True, help="Whose shops: taobao, tmall, jd, pdd.")
@click.option("--source", type=click.Choice(["file", "page"]), default="file", show_default=True, help="Whence it is.")
@JSON
@_LANG
def scores(*, file: Path, platform: str, source: str, as_json: bool, lang: Lang) -> None:
    """Take in a file of scores that a platform exported: all of it, or nothing and every row that is at fault.

    Exit code 1 where a row is at fault.
    """
    with spoken(lang), open_admission(Settings.read()) as admission:
        known = {one.platform_shop_id: one.id for one in _shops(admission.catalog, platform)}
        told: dict[ShopId, list[ScoreTold]] = {}
        problems: list[FileProblem] = []
        now_ms = admission.clock.now_ms()
        for row in read_score_file(file, name=file.name, source=source, now_ms=now_ms):
            if isinstance(row, FileProblem):
                problems.append(row)
            elif (shop := known.get(row.platform_shop_id)) is None:
                problems.append(unknown_shop(row))
            else:
                told.setdefault(shop, []).append(row.told)
        for shop, some in told.items() if not problems else ():
            admission.eligibility.tell_scores(OPERATOR, shop, some)
    kept = 0 if problems else sum(map(len, told.values()))
    if as_json:
        _print_json({"kept": kept, "shops": len(told) if kept else 0, "problems": msgspec.to_builtins(problems)})
    else:
        for problem in problems:
            click.echo(problem.message(lang), err=True)
        click.echo(f"{kept} scores of {len(told) if kept else 0} shops")
    if problems:
        sys.exit(EXIT_REFUSED)


def _shops(catalog: Catalog, platform: str) -> Iterator[Shop]:
    after = ""
    while page := catalog.shops(OPERATOR, after=after):
        yield from (shop for shop in page if shop.platform == platform)
        after = page[-1].id


def _draft(file: Path | None, named: str | None) -> tuple[str, str]:
    if (file is None) == (named is None):
        raise click.UsageError("name a DRAFT.toml, or one that ships by --alternative")
    if file is not None:
        return file.read_text(encoding="utf-8"), file.name
    try:
        return alternative(str(named)), f"{named}.toml"
    except FileNotFoundError:
        raise click.BadParameter(f"there is no draft called {named!r}; one is seeding_direct_pdd_all") from None


def _on_generated(text: str, name: str, count: int, seed: int) -> Simulation:
    with open_rules(Settings.read()) as (rules, clock):
        at_ms = clock.now_ms()
        shops = generated_shops(count, seed=seed, at_ms=at_ms)
        return simulate(read(text, file=name).document, rules.on(day_of(at_ms)), shops, at_ms)


def _named(who: str) -> Principal:
    return replace(OPERATOR, id=check_id(who, place="--who"))


def _print_json(value: object) -> None:
    click.echo(msgspec.json.encode(value, order="sorted"))
