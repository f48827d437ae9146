"""`hongmao returns pull | import | health`: the past pulled anew, reports read from files, and whether one may decide by them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.cli.main import EXIT_REFUSED
from hongmao.cli.options import DAY, JSON, span_of
from hongmao.kernel.time import Window, instant
from hongmao.platforms.errors import AccountAbsent
from hongmao.returns.api import feed_lines, feed_told, file_told

if TYPE_CHECKING:
    from datetime import datetime

    from hongmao.returns.api import AccountStore, Imported, PlatformAccount


@click.command()
@click.option("--platform", required=True, help="Of which platform.")
@click.option("--account", required=True, help="By which account of ours there.")
@click.option("--source", required=True, help="Which list, such as orders.")
@click.option("--from", "from_day", type=DAY, required=True, help="First day, Asia/Shanghai.")
@click.option("--to", "to_day", type=DAY, required=True, help="Last day, inclusive.")
@JSON
def pull(*, platform: str, account: str, source: str, from_day: datetime, to_day: datetime, as_json: bool) -> None:
    """Pull days of the past anew. What was read before is a duplicate; the feed's own cursor does not move.

    For a deployment that is not being served: while it is, its own puller reads each overlap again by itself.
    """
    span = span_of(from_day, to_day)
    with open_house(Settings.read()) as house:
        services = house.services
        now_ms = services.clock.now_ms()
        wanted = Window(span.start_ms, min(span.end_ms, now_ms))
        rows = services.puller.pull(_account(services.accounts, platform, account), source, wanted)
    if as_json:
        click.echo(msgspec.json.encode({"platform": platform, "account": account, "source": source, "new": rows}))
    else:
        click.echo(f"{platform} {account} {source}: {rows} new")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--platform", required=True, help="Of which platform.")
@click.option("--account", required=True, help="Of which account of ours there.")
@click.option("--format", "format_name", default=None, help="Which report it is [told by its headers].")
@click.option("--snapshot", default=None, metavar="TIME", help="When it was exported [when the file was last changed].")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="What the file does not say itself.")
@click.option("--anew", is_flag=True, help="Judge rows anew that this very file has brought before.")
@JSON
def import_(
    *,
    file: Path,
    platform: str,
    account: str,
    format_name: str | None,
    snapshot: str | None,
    facts: tuple[str, ...],
    anew: bool,
    as_json: bool,
) -> None:
    """Read a report that a platform exported: CSV, XLSX or Parquet. The same file once more changes nothing.

    Exit code 1 where a row had to be put aside. For a deployment that is not being served; while it is, send the file to
    POST /v1/returns/files.
    """
    snapshot_ms = instant(snapshot) if snapshot is not None else file.stat().st_mtime_ns // 1_000_000
    with open_house(Settings.read()) as house:
        services = house.services
        found = services.files.take(
            file,
            _account(services.accounts, platform, account),
            name=file.name,
            format=format_name,
            snapshot_ms=snapshot_ms,
            facts=dict(_fact(text) for text in facts),
            anew=anew,
        )
    click.echo(msgspec.json.encode(file_told(found)) if as_json else _shown(found))
    if found.problems:
        sys.exit(EXIT_REFUSED)


@click.command()
@JSON
def health(*, as_json: bool) -> None:
    """Say of every feed how far behind it is, how much of it is there, and whether one may decide by it.

    Exit code 1 where an alert stands.
    """
    with open_house(Settings.read(), read_only=True) as house:
        found = house.services.feeds.read()
    if as_json:
        click.echo(msgspec.json.encode({"feeds": [feed_told(one) for one in found]}))
    else:
        click.echo("\n".join(feed_lines(found)))
    if any(one.alerts for one in found):
        sys.exit(EXIT_REFUSED)


def _account(accounts: AccountStore, platform: str, name: str) -> PlatformAccount:
    found = accounts.find(platform, name)
    if found is None or found.revoked:
        raise AccountAbsent(id=platform)
    return found


def _fact(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE")
    return name, value


def _shown(found: Imported) -> str:
    ends = ", ".join(f"{count} {name}" for name, count in found.counts.items()) or "nothing"
    lines = [f"{found.file}: {found.format}, {found.lines} lines: {ends}; {found.totals} totals dropped"]
    if found.passed_over:
        lines.append(f"  {found.passed_over} lines of which the format makes nothing")
    if found.ignored:
        lines.append(f"  columns of no use: {', '.join(found.ignored)}")
    return "\n".join([*lines, *(f"  {one.message()} / {one.message('zh')}" for one in found.problems)])
