"""What may stand in a field, and that the fault names its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.catalog import fields
from hongmao.catalog.contracts import NoteType
from hongmao.catalog.errors import (
    ChoiceUnknown,
    LoginMalformed,
    NumberBeyond,
    PasswordWeak,
    TextBlank,
    TextOverlong,
    TextUnprintable,
    UrlMalformed,
)
from hongmao.kernel.errors import BadInput
from hongmao.kernel.money import AMOUNT_FEN_MAX

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "text", ["a", "红猫" * 32, " 前后空格 ", "<script>alert(1)</script>", "'; DROP TABLE notes; --", "🐈‍⬛"]
)
def test_a_name_is_kept_to_the_character(text: str) -> None:
    assert fields.name(text, "name") == text


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", TextBlank),
        (" \u3000", TextBlank),
        ("x" * 65, TextOverlong),
        ("a\nb", TextUnprintable),
        ("a\x00b", TextUnprintable),
        ("a\x1b[31m", TextUnprintable),
        ("a\x85", TextUnprintable),
        ("a\ud800", TextUnprintable),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused_with_its_place(text: str, error: type[BadInput]) -> None:
    with pytest.raises(error) as caught:
        fields.name(text, "name")
    assert caught.value.params["place"] == "name"


def test_a_body_has_lines_and_may_be_empty_and_ends_at_5000() -> None:
    assert fields.body("", "body") == ""
    assert fields.body("第一行\n\t第二行", "body") == "第一行\n\t第二行"
    assert fields.body("字" * 5_000, "body")
    with pytest.raises(TextOverlong):
        fields.body("字" * 5_001, "body")
    with pytest.raises(TextUnprintable):
        fields.body("a\rb", "body")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8090/shop/1",
        "https://商店.example/商品?q=a%20b#x",
        "https://[::1]:8443/",
        "HTTPS://shop.example",
        "https://e.example/" + "a" * 2030,
    ],
)
def test_an_address_is_kept_as_it_came(url: str) -> None:
    assert fields.url(url, "url") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://shop.example",
        "//shop.example",
        "/item/1",
        "https://",
        "https:///item",
        "https://user:pass@shop.example",
        "https://shop.example/a b",
        "https://shop.example/\n",
        "https://shop.example\\@evil.example",
        'https://shop.example/"onload="',
        "https://[::1",
        "https://shop.example:99999/",
        "https://shop.example/" + "a" * 2048,
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UrlMalformed) as caught:
        fields.url(url, "home_url")
    assert caught.value.params["place"] == "home_url"


def test_BILL_1_a_price_is_whole_fen_within_what_a_field_holds() -> None:
    assert fields.price_fen(0, "price_fen") == 0
    assert fields.price_fen(AMOUNT_FEN_MAX, "price_fen") == AMOUNT_FEN_MAX
    for value in (-1, AMOUNT_FEN_MAX + 1, True, 1.0, "1"):
        with pytest.raises(NumberBeyond):
            fields.price_fen(value, "price_fen")  # type: ignore[arg-type]


def test_logins_passwords_and_choices() -> None:
    assert fields.login("brand1@shop.example", "login")
    for login in ("A", "Brand", "a", "-ab", "a b", "名字", "x" * 65, "ab\n"):
        with pytest.raises(LoginMalformed):
            fields.login(login, "login")
    for password in ("1234567", "x" * 129):
        with pytest.raises(PasswordWeak):
            fields.password(password, "password")
    assert fields.choice("video", NoteType, "type") is NoteType.VIDEO
    with pytest.raises(ChoiceUnknown) as caught:
        fields.choice("film", NoteType, "type")
    assert "picture, video" in caught.value.message("en")


def answer(check: Callable[[str, str], str], text: str) -> str | BadInput:
    try:
        return check(text, "there")
    except BadInput as error:
        return error


@given(st.text(max_size=80))
def test_a_field_answers_every_text_with_itself_or_a_named_fault(text: str) -> None:
    for check in (fields.name, fields.title, fields.body, fields.url, fields.login, fields.password):
        said = answer(check, text)
        if isinstance(said, BadInput):
            assert said.message("zh")
            assert said.message("en")
            assert said.params["place"] == "there"
        else:
            assert said == text
