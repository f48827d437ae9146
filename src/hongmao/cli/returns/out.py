"""`hongmao returns targets | outbox | replay`: where returns go, what waits, and dead letters sent once more."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.bootstrap.outgoing import open_out_desk
from hongmao.bootstrap.settings import Settings
from hongmao.cli.main import EXIT_REFUSED
from hongmao.cli.options import DAY, JSON, span_of
from hongmao.kernel.time import iso

if TYPE_CHECKING:
    from hongmao.bootstrap.outgoing import OutDesk
    from hongmao.returns.api import TargetAccount

SHOWN = 20
_FIRST, _LAST = datetime(1970, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - days, as click reads them


@click.command()
@JSON
def targets(*, as_json: bool) -> None:
    """List the accounts that returns are sent on to: target, tenant, declared ratio, test mode. No secrets."""
    with open_out_desk(Settings.read()) as desk:
        known = {target.name: target.limits for target in desk.targets}
        accounts = desk.accounts.every()
    if as_json:
        rows = [_account(account) for account in accounts]
        click.echo(msgspec.json.encode({"targets": sorted(known), "accounts": rows}))
        return
    for name, limits in sorted(known.items()):
        click.echo(f"{name:<20} within {limits.deadline_ms // 60_000} min of the event, {limits.rate.per_minute}/min")
    for account in accounts:
        marks = [word for word, is_so in (("test", account.test), ("revoked", not account.active)) if is_so]
        ratio = f"ratio {account.ratio_millionths / 10_000:g}%"
        click.echo("  ".join((account.id, account.target, account.tenant, ratio, *marks)))


@click.command()
@click.option("--limit", type=click.IntRange(1, 1_000), default=SHOWN, show_default=True, help="How many to show.")
@JSON
def outbox(*, limit: int, as_json: bool) -> None:
    """Show what waits, the nearest deadline first, how deliveries ended, what was not sent, and the alarms that stand.

    Exit code 1 where an alarm stands.
    """
    with open_out_desk(Settings.read()) as desk:
        found = _found(desk, limit)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _print(found)
    if found["alarms"]:
        sys.exit(EXIT_REFUSED)


@click.command()
@click.option("--target", required=True, help="Which target's dead letters.")
@click.option("--reason", help="Only those with this reason.")
@click.option("--from", "from_day", type=DAY, help="First day of the events, Asia/Shanghai.")
@click.option("--to", "to_day", type=DAY, help="Last day of the events, inclusive.")
@click.option("--force", is_flag=True, help="Also those beyond their deadline; the target's own word decides.")
def replay(*, target: str, reason: str | None, from_day: datetime | None, to_day: datetime | None, force: bool) -> None:
    """Put dead letters back into the queue, with no attempts behind them.

    Exit code 1 where some stay because their deadline has passed.
    """
    events = span_of(from_day or _FIRST, to_day or _LAST)
    with open_out_desk(Settings.read()) as desk:
        replayed = desk.returning.replay(target, events, reason=reason, force=force)
    click.echo(f"{replayed.revived} pending again, {replayed.beyond} beyond their deadline")
    if replayed.beyond:
        click.echo("--force sends those as well; whether they count is the target's word", err=True)
        sys.exit(EXIT_REFUSED)


def _account(account: TargetAccount) -> dict[str, object]:
    return {
        "account": account.id,
        "target": account.target,
        "tenant": account.tenant,
        "ratio_millionths": account.ratio_millionths,
        "test": account.test,
        "revoked": not account.active,
    }


def _found(desk: OutDesk, limit: int) -> dict[str, list[dict[str, object]]]:
    return {
        "alarms": [
            {"account": one.account, "kind": one.kind, "since": iso(one.since_ms), "due": iso(one.due_ms)}
            for one in desk.watch.alarms(None)
        ],
        "pending": [
            {
                "due": iso(one.due_ms),
                "account": one.account,
                "event": one.event.event_id,
                "type": one.event_type,
                "attempts": one.attempts,
                "reason": one.reason,
            }
            for one in desk.outbox.pending(None, limit=limit)
        ],
        "counts": [
            {"account": one.account, "state": one.state, "reason": one.reason, "deliveries": one.deliveries}
            for one in desk.outbox.tallies(None)
        ],
        "not_sent": [
            {"account": one.account, "day": one.day, "kind": one.kind, "reason": one.reason, "events": events}
            for one, events in desk.outbox.unsent(None)
        ],
    }


def _print(found: dict[str, list[dict[str, object]]]) -> None:
    for name, rows in found.items():
        click.echo(f"{name.replace('_', ' ')}: {len(rows) or 'none'}")
        for row in rows:
            click.echo("  " + "  ".join(str(value) for value in row.values() if value != ""))
