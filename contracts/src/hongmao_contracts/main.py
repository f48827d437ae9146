"""The command `hongmao-contracts`: a file of vectors, or an adapter, held against what they promise.

Exit codes: 0 all is kept; 1 something is not; 2 what was given cannot be read; 3 a registered platform cannot be loaded.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from hongmao.cli.main import exit_code, lang_of_terminal
from hongmao.kernel.errors import HongmaoError, NotFound
from hongmao_contracts import telling
from hongmao_contracts.claims import signers
from hongmao_contracts.finding import find
from hongmao_contracts.suite import checks_of, run
from hongmao_contracts.vector_file import read_vectors
from hongmao_contracts.vectors import check_vector

EXIT_BROKEN = 1
EXIT_USAGE = 2


@click.group(help="The contract test-kit of Hongmao: what every platform adapter must keep.")
@click.version_option(package_name="hongmao-contracts")
def root() -> None:
    """Group the two verbs."""


@root.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of lines.")
def vectors(file: Path, *, as_json: bool) -> None:
    """Check a file of signing vectors: each value follows, each signed part matters, nothing else does."""
    read = read_vectors(file, place=str(file))
    claims = signers()
    checked = [check_vector(vector, claims.get(vector.id, {})) for vector in read]
    lines = telling.vector_lines(checked)
    _tell(telling.vector_report(str(file), checked) if as_json else None, "\n".join(lines))
    sys.exit(0 if all(one.ok for one in checked) else EXIT_BROKEN)


@root.command()
@click.argument("name")
@click.option("--package", help="Where the Platform is, as module:ATTR; without it, an installed package registers it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of lines.")
def platform(name: str, *, package: str | None, as_json: bool) -> None:
    """Run the adapter suite against one platform, by the samples beside its module."""
    results = run(checks_of(find(name, package)))
    _tell(telling.suite_report(name, results) if as_json else None, "\n".join(telling.suite_lines(name, results)))
    sys.exit(0 if all(result.ok for result in results) else EXIT_BROKEN)


def main() -> None:
    """Run the command; an error is a sentence with what to do next."""
    try:
        root(standalone_mode=True)
    except HongmaoError as error:
        lang = lang_of_terminal()
        hint = error.hint(lang)
        click.echo(f"{error.message(lang)}\n{hint}" if hint else error.message(lang), err=True)
        sys.exit(EXIT_USAGE if isinstance(error, NotFound) else exit_code(error))


def _tell(document: object, text: str) -> None:
    click.echo(text if document is None else msgspec.json.encode(document).decode())
