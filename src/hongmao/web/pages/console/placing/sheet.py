"""A form as it was filled in: what was typed, read field by field, and what is wrong with each field in the reader's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from markupsafe import Markup

from hongmao.kernel.errors import HongmaoError
from hongmao.kernel.money import Money
from hongmao.web.i18n import catalogue
from hongmao.web.pages.console.placing.errors import AmountOutside, NotOffered
from hongmao.web.pages.forms import fen_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.kernel.errors import Lang

T = TypeVar("T", bound=msgspec.Struct)
FORM: Final = "form"
"""Where a fault stands that belongs to no field."""
NUMBER_CHARS: Final = 18
YUAN: Final = frozenset({"campaign_day_budget", "event_bid", "amount_fen", "keyword_with_bid"})
"""Fields that are typed in yuan and kept in fen."""


class Sheet:
    """One filled-in form. `faults` is empty where nothing was refused."""

    def __init__(
        self, lang: Lang, typed: Iterable[tuple[str, str]] = (), also: Mapping[str, str] | None = None
    ) -> None:
        """Take what was typed. `also` says at which field a fault of another name is shown."""
        self._lang = lang
        self._also = also or {}
        self._typed: dict[str, list[str]] = {}
        for name, value in typed:
            self._typed.setdefault(name, []).append(value)
        self.faults: dict[str, str] = {}
        self.status = 422

    def value(self, name: str) -> str:
        """Give what stands in a field, as it was typed."""
        return self._typed.get(name, [""])[0]

    def has(self, name: str, value: object) -> bool:
        """Tell whether a box of a field is ticked, or a choice chosen."""
        return str(value) in self._typed.get(name, ())

    def many(self, name: str) -> list[str]:
        """Give every value of a field that holds several."""
        return list(dict.fromkeys(self._typed.get(name, ())))

    def text(self, name: str) -> str | None:
        """Read a line of text; None where nothing was typed."""
        return self.value(name).strip() or None

    def number(self, name: str) -> int | None:
        """Read a choice of a list of numbers; None where nothing is chosen."""
        text = self.value(name)
        if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= NUMBER_CHARS:
            return int(text)
        if text:
            self.refuse(NotOffered(place=name))
        return None

    def fen(self, name: str) -> int | None:
        """Read an amount that was typed in yuan; what is no amount is a fault of its field."""
        try:
            return fen_of(self.value(name))
        except HongmaoError as error:
            self.refuse(error, name)
            return None

    def marks(self, name: str, *, helped: object = False) -> Markup:
        """Write the attributes that tie a field to its help and to what is wrong with it."""
        told = [f"{name}-help"] * bool(helped) + [f"{name}-fault"] * (name in self.faults)
        described = Markup(' aria-describedby="{}"').format(" ".join(told)) if told else Markup("")
        return described + Markup(' aria-invalid="true"') if name in self.faults else described

    def of(self, end: str) -> bool:
        """Tell whether anything is wrong with a field of one row, whose names have an end of their own."""
        return any(name.endswith(end) for name in self.faults)

    def refuse(self, error: HongmaoError, field: str | None = None) -> None:
        """Keep a fault at its field, said with the name that the page gives it; the first one of a field stands."""
        place = str(error.params.get("place", ""))
        at = field or self._field_of(place)
        label = self._label(at, place)
        self.faults.setdefault(at, self._said(error, at, label))
        self.status = error.status

    @property
    def told(self) -> list[tuple[str, str]]:
        """List the faults in the order in which a reader of the page meets their fields."""
        order = {name: at for at, name in enumerate(self._typed)}

        def place(field: str) -> int:
            return min((at for name, at in order.items() if name == field or name.startswith(f"{field}-")), default=-1)

        return sorted(self.faults.items(), key=lambda fault: place(fault[0]))

    def _said(self, error: HongmaoError, field: str, label: str) -> str:
        told: HongmaoError = type(error)(**{**error.params, "place": label}) if "place" in error.params else error
        low, high, got = (error.params.get(name) for name in ("low", "high", "got"))
        if (
            field.split("-", maxsplit=1)[0] in YUAN
            and isinstance(low, int)
            and isinstance(high, int)
            and isinstance(got, int)
        ):
            told = AmountOutside(place=label, low=Money(low), high=Money(high), got=Money(got))
        return told.message(self._lang)

    def _field_of(self, place: str) -> str:
        for name, field in self._also.items():
            if place == name or place.startswith((f"{name}[", f"{name}.")):
                return field
        head = place.partition("[")[0].partition(".")[0]
        return head if head.isidentifier() else FORM

    def _label(self, field: str, place: str) -> str:
        words = catalogue(self._lang)
        key = f"placing.field.{field.split('-', maxsplit=1)[0]}"
        return words.text(key) if key in words.texts else place


def filled(lang: Lang, values: Mapping[str, object], also: Mapping[str, str] | None = None) -> Sheet:
    """Fill in a form with what stands already; None leaves a field empty, a list ticks several boxes."""
    typed: list[tuple[str, str]] = []
    for name, value in values.items():
        several: Sequence[object] = value if isinstance(value, list | tuple) else [value]
        typed += [(name, str(one)) for one in several if one is not None]
    return Sheet(lang, typed, also)


def yuan_of(fen: int | None) -> str | None:
    """Write fen as somebody types yuan."""
    return None if fen is None else str(Money(fen))


def changed(terms: T, before: T, emptied: Mapping[str, object]) -> T:
    """Say only what a form changes of what stands: `emptied` says how each field is told to be empty from now on."""
    told: dict[str, object] = {}
    for name in terms.__struct_fields__:
        now, was = getattr(terms, name), getattr(before, name)
        if not now and not was:
            told[name] = None
        elif now is None and name in emptied:
            told[name] = emptied[name]
    return msgspec.structs.replace(terms, **told)
