"""The pages of docs/reference, each made from the part of the code it describes."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from typing import TYPE_CHECKING

import click
import msgspec

import hongmao
from hongmao.bootstrap.settings import Settings
from hongmao.cli import main as cli
from hongmao.definitions.api import AttributionDefinition, Definition, MetricDefinition, load_registry
from hongmao.events.contracts import BACK_LINK, FRONT_LINK, Event, Kind
from hongmao.events.rules import REQUIRED
from hongmao.kernel.errors import every_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MADE = "<!-- Made by scripts/make_reference.py from the code: change the code, then run make docs. -->"

# Variables that no deployment is made of: they speak to the terminal, to the sandbox shop and to the tests.
BESIDE = (
    ("`HONGMAO_LANG`", "Language of sentences on the terminal, `zh` or `en`; without it the locale decides"),
    ("`HONGMAO_SANDBOX_CONTROL`", "Token that opens the sandbox shop's control endpoints; without it they are closed"),
    ("`HONGMAO_CHROMIUM`", "Path of the Chromium or Chrome that the browser tests play in"),
    ("`HONGMAO_SHARED`", "Folder with the real data that tests may read and this repository may not carry"),
    ("`HONGMAO_WRITE`", "Set to 1, the wake-up lab of the tests writes its page of this reference anew"),
)


def errors() -> str:
    """Describe every error: what scripts see, what people read, what to do next."""
    for module in pkgutil.walk_packages(hongmao.__path__, "hongmao."):
        if not re.search(r"__main__|migrations", module.name):
            importlib.import_module(module.name)
    ours = [error for error in every_error() if error.__module__.startswith("hongmao.")]
    rows = (
        (f"`{error.code}`", str(error.status), error.en, error.zh, error.hint_en, error.hint_zh)
        for error in sorted(ours, key=lambda error: error.code)
    )
    return _page(
        "Errors",
        "Every error has a code that never changes, a status, and a sentence with its facts in both languages. Names in "
        "braces are the facts. Over HTTP it is a problem document (RFC 9457) with `code` and the facts; on the command "
        "line the sentence goes to standard error.",
        _table(("code", "status", "English", "中文", "what to do", "下一步"), rows),
    )


def events() -> str:
    """Describe every kind of event and every field of the one record they share."""
    said_of_kinds, said_of_fields = _comments(Kind), _docstrings(Event)
    kinds = ((f"`{kind}`", _side(kind), said_of_kinds[kind.name], _fields_of(kind)) for kind in Kind)
    fields = (
        (f"`{field.name}`", _type_name(field.type), said_of_fields.get(field.name, ""))
        for field in msgspec.structs.fields(Event)
    )
    return _page(
        "Events",
        "What happened is an immutable event in one log. All kinds share one flat record, which is also the HTTP body and "
        "the lake's row. Fields that are unknown are left out, never zero.",
        "## Kinds",
        _table(("kind", "seen by", "meaning", "must carry"), kinds),
        "## Fields",
        _table(("field", "type", "meaning"), fields),
    )


def settings() -> str:
    """Describe every setting."""
    rows = (
        (f"`HONGMAO_{field.name.upper()}`", f"`{field.default}`" if field.default else "", field.metadata["about"])
        for field in dataclasses.fields(Settings)
    )
    return _page(
        "Settings",
        "Everything that may differ between two deployments is an environment variable with a default that works. A value "
        "that means nothing stops the start and names the variable.",
        _table(("variable", "default", "meaning"), rows),
        "## For the terminal, the sandbox shop and the tests",
        _table(("variable", "meaning"), BESIDE),
    )


def definitions() -> str:
    """Describe every definition file: what it counts, since when, and the fingerprint of its meaning."""
    return _page(
        "Definitions",
        "统计口径: what a number means, as a dated file. `hongmao definitions show ID` prints one whole; a report prints the "
        "fingerprints of all it used.",
        "## Attribution",
        _definitions_of(AttributionDefinition, "attribution"),
        "## Metrics",
        _definitions_of(MetricDefinition, "metrics"),
    )


def _definitions_of(sort: type[Definition], folder: str) -> str:
    head = ("file", "name", "名称", "in force from", "fingerprint", "what is counted", "why")
    return _table(
        head,
        (
            (
                f"`{folder}/{one.key}.toml`",
                one.name.en,
                one.name.zh,
                one.effective.isoformat(),
                f"`{one.fingerprint}`",
                one.counted.en,
                one.why,
            )
            for one in load_registry().all()
            if isinstance(one, sort)
        ),
    )


def commands() -> str:
    """Describe every verb of the command line."""
    context = click.Context(cli.root, info_name="hongmao")
    codes = inspect.getdoc(cli) or ""
    said = codes[codes.index("Exit codes:") :].replace("\n", " ")
    return _page(
        "Commands",
        "Standard output is data only; progress and words go to standard error. " + said,
        *_verbs("hongmao", cli.root, context),
    )


def _verbs(name: str, command: click.Command, context: click.Context) -> Iterator[str]:
    if context.parent is not None:
        yield f"{'#' * len(name.split())} `{name}`"
        yield inspect.cleandoc(command.help or "").replace("\b\n", "")
    if isinstance(command, click.Group):
        for verb in command.list_commands(context):
            inner = command.get_command(context, verb)
            if inner is not None:
                yield from _verbs(f"{name} {verb}", inner, click.Context(inner, parent=context, info_name=verb))
        return
    yield f"```\n{' '.join((name, *command.collect_usage_pieces(context)))}\n```"
    records = [option.get_help_record(context) for option in command.params]
    options = [(f"`{names}`", meaning) for names, meaning in filter(None, records) if meaning]
    if options:
        yield _table(("option", "meaning"), options)


def _side(kind: Kind) -> str:
    return "the community" if kind in FRONT_LINK else "the shop" if kind in BACK_LINK else "the return desk"


def _fields_of(kind: Kind) -> str:
    return ", ".join(f"`{name}`" for name in REQUIRED.get(kind, ()))


def _type_name(annotation: object) -> str:
    name = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return f"`{name.removesuffix(' | None')}`" + (", optional" if name.endswith("| None") else "")


def _comments(enum: type[Kind]) -> dict[str, str]:
    found = re.findall(r'^    (\w+) = "[^"]*"  # (.+)$', inspect.getsource(enum), re.MULTILINE)
    return {member.name: "" for member in enum} | dict(found)


def _docstrings(struct: type[Event]) -> dict[str, str]:
    found = re.findall(r'^    (\w+): [^\n]+\n    """(.+?)"""', inspect.getsource(struct), re.MULTILINE | re.DOTALL)
    return {name: " ".join(text.split()) for name, text in found}


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join((f"# {title}", MADE, *blocks)) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
