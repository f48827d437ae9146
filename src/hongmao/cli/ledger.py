"""`hongmao ledger`: the proof that the money balances, and statements."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.catalog.api import PLATFORM, Principal, Role
from hongmao.cli.house import open_house
from hongmao.cli.ledger_reconcile import reconcile
from hongmao.cli.main import EXIT_REFUSED
from hongmao.cli.options import DAY, span_of
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.money import Money

if TYPE_CHECKING:
    from datetime import datetime

    from hongmao.billing.api import Statement

OPERATOR = Principal(id="command-line", tenant=PLATFORM, role=Role.ADMIN, name="command line")
"""Whoever can read the home folder can read the books; the command line acts as the house."""


@click.group()
def ledger() -> None:
    """Read the ledger: verify it, print statements."""


ledger.add_command(reconcile)


@ledger.command()
@click.option("--head", default=None, help="A head that was printed earlier: say whether the chain still holds it.")
@click.option("--json", "as_json", is_flag=True, help="Print the check as one JSON object.")
def verify(*, head: str | None, as_json: bool) -> None:
    """Add everything up again: batches, balances, floors, days, hours, holds and closes; and hash the chain of seals again.

    It prints the head of the chain. Keep that elsewhere: with --head it shows whether what was posted up to then is still
    what it was, even if all of it was written anew. Exit code 1 where something does not add up, or the head is not found.
    """
    with open_house() as services:
        check = services.ledger.verify(head)
    found = {**msgspec.to_builtins(check), "balanced": check.balanced}
    if as_json:
        click.echo(msgspec.json.encode(found, order="sorted"))
    else:
        click.echo("ledger balanced" if check.balanced else "ledger NOT balanced")
        for name, value in found.items():
            click.echo(f"  {name:<14}{value}")
    if not check.balanced:
        sys.exit(EXIT_REFUSED)


@ledger.command()
@click.option("--merchant", required=True, help="Whose statement.")
@click.option("--from", "from_day", type=DAY, required=True, help="First day, Asia/Shanghai.")
@click.option("--to", "to_day", type=DAY, required=True, help="Last day, inclusive.")
@click.option("--json", "as_json", is_flag=True, help="Print the statement as one JSON object.")
def statement(*, merchant: str, from_day: datetime, to_day: datetime, as_json: bool) -> None:
    """Print a merchant's statement: opening, every movement with its funder, closing, to the fen."""
    span = span_of(from_day, to_day)
    with open_house() as services:
        found = services.billing.statement(OPERATOR, MerchantId(merchant), span.start_ms, span.end_ms)
    if as_json:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(found), "balanced": found.balanced}, order="sorted"))
    else:
        _print(found)
    if not found.balanced:
        sys.exit(EXIT_REFUSED)


def _print(found: Statement) -> None:
    for line in found.lines:
        click.echo(f"{found.merchant}  {line.line}  {line.kind}  funder {line.funder}")
        click.echo(f"  {'opening':<32}{Money(line.opening_fen)!s:>16}")
        for movement in line.movements:
            what = f"{movement.day}  {movement.why}  x{movement.entries}"
            click.echo(f"  {what:<32}{Money(movement.amount_fen)!s:>16}")
        click.echo(f"  {'closing':<32}{Money(line.closing_fen)!s:>16}")
    for one in found.uncharged:
        click.echo(f"  not charged: {one.reason:<19}{one.clicks:>16} clicks")
    click.echo("balanced" if found.balanced else "NOT balanced")
