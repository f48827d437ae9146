"""`hongmao ledger`: the proof that the money balances, and statements."""

from __future__ import annotations

import json
import sys
from datetime import date

import click
import msgspec

from hongmao.catalog.api import Principal, Role
from hongmao.cli.house import open_house
from hongmao.cli.main import EXIT_REFUSED
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.money import Money
from hongmao.kernel.time import Window, iso


@click.group()
def ledger() -> None:
    """Read the ledger: verify it, print statements."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print the check as one JSON object.")
def verify(*, as_json: bool) -> None:
    """Add everything up again: each batch is zero, each balance is its entries, no wallet is below its floor."""
    with open_house() as services:
        check = services.ledger.verify()
    if as_json:
        click.echo(msgspec.json.encode(check, order="sorted").decode())
    else:
        click.echo("ledger balanced" if check.balanced else "ledger NOT balanced")
        for line in msgspec.structs.asdict(check).items() if isinstance(check, msgspec.Struct) else ():
            click.echo(f"  {line[0]:<20}{line[1]}")
    if not check.balanced:
        sys.exit(EXIT_REFUSED)


@ledger.command()
@click.option("--merchant", required=True, help="Whose statement.")
@click.option("--from", "from_day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day, Asia/Shanghai.")
@click.option("--to", "to_day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day, inclusive.")
@click.option("--json", "as_json", is_flag=True, help="Print the statement as one JSON object.")
def statement(*, merchant: str, from_day: date, to_day: date, as_json: bool) -> None:
    """Print a merchant's statement: opening, every movement with its funder, closing, to the fen."""
    window = Window(
        Window.of_day(date(from_day.year, from_day.month, from_day.day)).start_ms,
        Window.of_day(date(to_day.year, to_day.month, to_day.day)).end_ms,
    )
    operator = Principal(id="cli", tenant=TenantId("platform"), role=Role.ADMIN, name="command line")
    with open_house() as services:
        found = services.billing.statement(operator, MerchantId(merchant), window.start_ms, window.end_ms)
    if as_json:
        json.dump(msgspec.to_builtins(found), sys.stdout, ensure_ascii=False, sort_keys=True)
        sys.stdout.write("\n")
        return
    click.echo(f"{merchant}  {iso(window.start_ms)} .. {iso(window.end_ms)}")
    click.echo(str(Money(0)) and json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
