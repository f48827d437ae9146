"""The one command `hongmao`: verbs are loaded when they are called, errors are sentences, data goes to standard output.

Exit codes: 0 done; 1 a rule, a check or the data said no; 2 the command or its input cannot be understood;
3 something is not available right now and may be tried again; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from hongmao.cli.verbs import Verbs
from hongmao.kernel.errors import BadInput, HongmaoError, Unavailable

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang

EXIT_REFUSED = 1
EXIT_USAGE = 2
EXIT_UNAVAILABLE = 3
EXIT_INTERRUPTED = 130
# Verb -> (module, attribute, one line of help). The line stands here so that `hongmao --help` imports nothing heavy.
VERBS = {
    "serve": ("hongmao.cli.serve", "serve", "The platform: API, jump, consoles and workers in one process"),
    "demo": ("hongmao.cli.demo", "demo", "Serve, plus a seeded city that acts through the real HTTP endpoints"),
    "sandbox": ("hongmao.cli.sandbox", "sandbox", "The sandbox shop, standing outside in a process of its own"),
    "attribute": ("hongmao.cli.attribute", "attribute", "Touches and conversions in, credits and a report out"),
    "paths": ("hongmao.cli.paths", "paths", "Paths in, every model side by side out: Markov, Shapley and the rules"),
    "definitions": ("hongmao.cli.definitions", "definitions", "统计口径: what is in force, and its fingerprint"),
    "eligibility": (
        "hongmao.cli.eligibility",
        "eligibility",
        "准入: judge shops, try a draft, publish it, set the stage",
    ),
    "explain": (
        "hongmao.cli.explain",
        "explain",
        "Why: an order step by step, what a note earned, where two definitions differ",
    ),
    "report": ("hongmao.cli.report", "report", "The figures of a deployment or of one merchant"),
    "metric": ("hongmao.cli.metric", "metric", "Any defined metric, by day, note, link or platform"),
    "lake": ("hongmao.cli.lake", "lake", "The Parquet lake: prove it, merge its files, take events out"),
    "replay": ("hongmao.cli.replay", "replay", "Events once more, out of the lake, by day and kind"),
    "rebuild": ("hongmao.cli.rebuild", "rebuild", "Make everything derived again from log and definitions"),
    "returns": ("hongmao.cli.returns.group", "returns", "回传: pull, import, reconcile, send on again"),
    "ledger": ("hongmao.cli.ledger", "ledger", "Statements, and the proof that the money balances"),
    "doctor": ("hongmao.cli.doctor", "doctor", "What is configured, reachable, late or unbalanced"),
    "chaos": (
        "hongmao.cli.chaos",
        "chaos",
        "A drill: kill, starve and mislead a real house, and prove that nothing was lost",
    ),
    "bench": ("hongmao.cli.bench", "bench", "A benchmark, printed as a ratio to a baseline of the same run"),
}


@click.command(cls=Verbs, verbs=VERBS, help="Hongmao (红猫): from a labelled note to an explained order.")
@click.version_option(package_name="hongmao")
def root() -> None:
    """Group the verbs."""


def lang_of_terminal() -> Lang:
    """Choose the language of sentences on the terminal: HONGMAO_LANG, else the locale, else English."""
    setting = os.environ.get("HONGMAO_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if setting.lower().startswith("zh") else "en"


def exit_code(error: HongmaoError) -> int:
    """Map an error to the exit code that scripts rely on."""
    match error:
        case BadInput():
            return EXIT_USAGE
        case Unavailable():
            return EXIT_UNAVAILABLE
        case _:
            return EXIT_REFUSED


def main() -> None:
    """Run the command line; an expected error is a sentence and a code, never a traceback."""
    try:
        root.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    except HongmaoError as error:
        lang = lang_of_terminal()
        click.echo(error.message(lang), err=True)
        if error.hint(lang):
            click.echo(error.hint(lang), err=True)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
