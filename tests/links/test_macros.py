"""Macros: filled at any depth, refused where nobody fills them, told apart from values."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.ids import ClickId, NoteId
from hongmao.links.addresses import Prefix, address_for, fault_of
from hongmao.links.macros import TapFacts, fill, is_unresolved, unknown_macros
from hongmao.links.media import read_media

CLICK = "AaAaAaAaAaAaAaAaAaAaAaAaAaAaAA"
FACTS = TapFacts(click_id=ClickId(CLICK), note=NoteId("note-1"), at_ms=1_746_583_200_000)
PAGE = "https://shop.example/item/1?from=note&clickid=__CLICK_ID__"


def wrapped(url: str, depth: int) -> str:
    for _ in range(depth):
        url = f"tbopen://m.taobao.com/tbopen/index.html?h5Url={quote(url, safe='')}&action=ali.open.nav"
    return url


@given(st.integers(0, 4))
def test_a_macro_is_filled_however_deep_it_is_nested(depth: int) -> None:
    address = fill(wrapped(PAGE, depth), FACTS)
    for _ in range(depth):
        address = parse_qs(urlsplit(address).query)["h5Url"][0]
    assert parse_qs(urlsplit(address).query)["clickid"] == [CLICK]


def test_what_the_jump_does_not_know_becomes_empty_and_never_stays_literal() -> None:
    url = "https://s.example/?a1=__ID__&a2=__TS__&a36=__NOTE_ID__&a35=__CLICK_ID__&o=__OAID_MD5__"
    assert fill(url, FACTS) == f"https://s.example/?a1=&a2={FACTS.at_ms}&a36=note-1&a35={CLICK}&o="


def test_a_template_without_a_place_for_the_click_id_gets_our_own_parameter() -> None:
    assert address_for("https://s.example/item/1", FACTS) == f"https://s.example/item/1?hm_click={CLICK}"
    assert address_for(PAGE, FACTS).count(CLICK) == 1
    assert "hm_click" not in address_for(PAGE, FACTS)


def test_a_link_with_a_misspelt_macro_is_refused_when_it_is_made() -> None:
    allowed = [Prefix.of("https://shop.example/")]
    assert unknown_macros("https://shop.example/?c=__CREATIVE_ID__&d=__CREATIVITY_ID__") == ("__CREATIVE_ID__",)
    assert fault_of("https://shop.example/?c=__CLIKC_ID__", app=False, allowed=allowed) == "macro"
    assert fault_of(PAGE, app=False, allowed=allowed) is None


@pytest.mark.parametrize("value", ["__CLICK_ID__", "{click_id}", "${clickId}", "%7Bcid%7D", "__x__"])
def test_a_literal_macro_is_no_value(value: str) -> None:
    assert is_unresolved(value)


@given(st.text(st.characters(min_codepoint=48, max_codepoint=122), min_size=1, max_size=40))
def test_a_value_without_a_frame_is_a_value(value: str) -> None:
    framed = (value.startswith("__") and value.endswith("__")) or "{" in value or "%7B" in value
    assert framed or not is_unresolved(unquote(value))


@pytest.mark.parametrize(
    ("query", "media", "click_id", "callback", "problem"),
    [
        ({"click_id": "xhs-1", "callback_param": "cb"}, "juguang", "xhs-1", "cb", None),
        ({"click_id": "x" * 31}, "juguang", None, None, "click_id_too_long"),
        (
            {"click_id": "__CLICK_ID__", "callback_param": "__CALLBACK_PARAM__"},
            "juguang",
            None,
            None,
            "macro_unresolved",
        ),
        ({"clickid": "oe-1", "callback": "https%3A"}, "oceanengine", "oe-1", "https%3A", None),
        ({"qz_gdt": "gdt-1"}, "tencent", "gdt-1", None, None),
        ({"gdt_vid": "wx-1", "click_id": "x"}, "tencent", "wx-1", None, None),
        ({"fbclid": "IwAR0" + "a" * 300}, "meta", "IwAR0" + "a" * 300, None, None),
        ({"ttclid": "t" * 1_025}, "tiktok", None, None, "click_id_too_long"),
        ({"ttclid": ""}, "tiktok", None, None, "click_id_empty"),
        ({"clickid": "00000000-0000-0000"}, "oceanengine", None, None, "click_id_empty"),
        ({"clickid": "d41d8cd98f00b204e9800998ecf8427e"}, "oceanengine", None, None, "click_id_empty"),
    ],
)
def test_another_medias_click_is_read_by_the_names_it_chose(
    query: dict[str, str], media: str, click_id: str | None, callback: str | None, problem: str | None
) -> None:
    found = read_media(query)
    assert found is not None
    assert (found.media, found.click_id, found.callback, found.problem) == (media, click_id, callback, problem)


def test_LINK_4_the_text_0_is_no_callback_param() -> None:
    found = read_media({"click_id": "xhs-1", "callback_param": "0"})
    assert found is not None
    assert found.callback is None


def test_a_tap_of_our_own_community_is_no_other_medias() -> None:
    assert read_media({"i": "imp-1", "s": "seal", "p": "feed"}) is None
