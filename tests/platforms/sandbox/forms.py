"""Pressing a button as a browser without JavaScript does: find it in the page, send the form it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from platforms.sandbox.browser import Browser


@dataclass
class _Button:
    attrs: Mapping[str, str | None]
    form: int | str | None
    name: str = ""


@dataclass
class _Form:
    attrs: Mapping[str, str | None]
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: set[str] = field(default_factory=set)
    """Names of its radio buttons, none of which need be chosen."""


class Forms(HTMLParser):
    """The forms and buttons of a page; a control may name its form by id from anywhere."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.buttons: list[_Button] = []
        self._forms: list[_Form] = []
        self._open: int | None = None
        self._writing: _Button | None = None
        self._loose: list[tuple[str, tuple[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what belongs to a form."""
        given = dict(attrs)
        if tag == "form":
            self._open = len(self._forms)
            self._forms.append(_Form(given))
        elif tag == "input" and given.get("type") == "radio" and "checked" not in given and self._open is not None:
            self._forms[self._open].choices.add(given["name"] or "")
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            pair = (given["name"] or "", given.get("value") or "")
            if given.get("form"):
                self._loose.append((given["form"] or "", pair))
            elif self._open is not None:
                self._forms[self._open].fields.append(pair)
        elif tag == "button":
            self._writing = _Button(given, given.get("form") or self._open, given.get("aria-label") or "")
            self.buttons.append(self._writing)

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag == "form":
            self._open = None
        elif tag == "button":
            self._writing = None

    def handle_data(self, data: str) -> None:
        """Read a button's words."""
        if self._writing is not None and not self._writing.attrs.get("aria-label"):
            self._writing.name += data.strip()

    def press(self, client: Browser, name: str, nth: int = 0, **typed: str) -> httpx.Response:
        """Press a button by its name, with some fields typed over."""
        button = [found for found in self.buttons if found.name == name and "disabled" not in found.attrs][nth]
        form = next(
            form for index, form in enumerate(self._forms) if button.form in (index, form.attrs.get("id", "no id"))
        )
        loose = [pair for form_id, pair in self._loose if form_id == form.attrs.get("id")]
        sent: dict[str, list[str]] = {}
        for field_name, value in [*form.fields, *loose]:
            sent.setdefault(field_name, []).append(typed.get(field_name, value))
        chosen = {name: value for name, value in typed.items() if name in form.choices}
        own = {str(button.attrs["name"]): button.attrs.get("value") or ""} if button.attrs.get("name") else {}
        sent |= {field_name: [value] for field_name, value in {**chosen, **own}.items()}
        action = button.attrs.get("formaction") or form.attrs["action"]
        assert action is not None
        return client.post(action, data=sent)
