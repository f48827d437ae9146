"""`hongmao ledger`: the proof that the money balances, closing a month, and statements of months."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from hongmao.billing.api import Party, exchange_of
from hongmao.catalog.api import PLATFORM, Principal, Role
from hongmao.cli.house import open_house
from hongmao.cli.ledger_reconcile import reconcile
from hongmao.cli.main import EXIT_REFUSED, lang_of_terminal
from hongmao.cli.options import JSON
from hongmao.cli.speaking import spoken
from hongmao.insight.api import StatementFormat, write_statement
from hongmao.kernel.time import day_of, iso
from hongmao.web.i18n import catalogue

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang

_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default=lang_of_terminal, help="Language of the words.")
OPERATOR = Principal(id="command-line", tenant=PLATFORM, role=Role.ADMIN, name="command line")
"""Whoever can read the home folder can read the books; the command line acts as the house."""


@click.group()
def ledger() -> None:
    """Verify the ledger, close its months, print statements."""


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
@click.option("--month", required=True, help="Which month, as in 2025-05.")
@JSON
@_LANG
def close(*, month: str, as_json: bool, lang: Lang) -> None:
    """Close a month: it is over, all that the log holds of it is charged, and the books add up.

    From then on nothing counts in it any more: a correction is a new entry of a later month, and the month prints again as it
    was closed. Closing cannot be taken back; the same month again changes nothing.
    """
    with spoken(lang), open_house() as services:
        closed = services.books.close_month(OPERATOR, month)
    if as_json:
        click.echo(msgspec.json.encode(closed, order="sorted"))
        return
    word = "was closed before" if closed.duplicate else "closed"
    click.echo(f"{closed.period} {word} by {closed.by} at {iso(closed.at_ms)}")
    click.echo(f"  seal {closed.seal}")
    click.echo(f"  head {closed.head_hash}")


@ledger.command()
@click.option(
    "--party",
    type=click.Choice([one.value for one in Party]),
    default="merchant",
    show_default=True,
    help="Whose money.",
)
@click.option("--of", help="Which merchant, agency or creator.")
@click.option("--month", required=True, help="Which month, as in 2025-05.")
@click.option(
    "--format", "form", type=click.Choice([one.value for one in StatementFormat]), default="text", show_default=True
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file.")
@click.option("--currency", help="Totals in another currency too: three letters of ISO 4217.")
@click.option("--rate", help="What one yuan is in that currency, as in 0.1391.")
@click.option("--rate-day", help="Of which day the rate is.")
@click.option("--rate-source", help="Who says so.")
@_LANG
def statement(
    *,
    party: str,
    of: str | None,
    month: str,
    form: str,
    out: Path | None,
    currency: str | None,
    rate: str | None,
    rate_day: str | None,
    rate_source: str | None,
    lang: Lang,
) -> None:
    """Print a party's statement of a month: opening, every movement with its funder, closing, the head of the chain.

    The same statement in the same form and language is the same bytes. Exit code 1 where its figures do not meet.
    """
    if out is None and form in {StatementFormat.XLSX, StatementFormat.PDF}:
        raise click.UsageError(f"--format {form} needs --out FILE")
    with spoken(lang), open_house() as services:
        today = day_of(services.clock.now_ms())
        exchange = exchange_of(currency, rate, rate_day, rate_source, today)
        drawn = services.books.statement(OPERATOR, party, of, month, rate=exchange)
        written = write_statement(drawn, StatementFormat(form), catalogue(lang))
    if out is None:
        click.echo(written.content, nl=False)
    else:
        out.write_bytes(written.content)
        click.echo(str(out), err=True)
    if not drawn.balanced:
        sys.exit(EXIT_REFUSED)
