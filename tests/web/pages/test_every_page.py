"""What holds for every page, in both languages: escaped, spoken, guarded, without a script or style of its own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from hongmao.web.i18n import catalogue
from web.pages import samples
from web.pages.client import Visitor, words_of
from web.pages.fakes import make_app

PAGES = [
    ("", "/feed"),
    ("", "/n/note-001"),
    ("", "/n/note-005?i=imp_0000000000000000000000000001&c=1747188000000.0&n=2"),
    ("", "/console/login"),
    ("brand1", "/console/"),
    ("brand1", "/console/?window=7d&clock=event&from=2025-05-01&to=2025-05-10"),
    ("brand1", "/console/notes"),
    ("brand1", "/console/links"),
    ("brand1", "/console/links/link-001"),
    ("brand1", "/console/orders"),
    ("brand1", "/console/orders/o-1"),
    ("brand1", "/console/attribution"),
    ("brand1", "/console/attribution?model=markov%3A1&by=creator&measure=net"),
    ("brand1", "/console/wallet"),
    ("brand1", "/console/books"),
    ("brand1", "/console/books?bill=1"),
    ("brand1", "/console/agencies"),
    ("brand1", "/console/costs"),
    ("brand1", "/console/admission"),
    ("brand1", "/console/care"),
    ("", "/console/join"),
    *(("brand1", f"/console/join?step={step}") for step in ("shop", "notes", "link", "budget", "running")),
    ("brand1", "/console/join?step=notes&word=%3Cscript%3E&told=built"),
    ("brand1", "/console/campaigns"),
    ("brand1", "/console/campaigns/1"),
    ("brand1", "/console/campaigns/new"),
    ("brand1", "/console/campaigns/new?account=1"),
    ("brand1", "/console/campaigns/new?of=1"),
    ("brand1", "/console/campaigns/1/edit"),
    ("brand1", "/console/campaigns/1/charging"),
    ("brand1", "/console/campaigns/1/units/new"),
    ("brand1", "/console/campaigns/1/units/new?of=11"),
    ("brand1", "/console/campaigns/1/units/11"),
    ("brand1", "/console/campaigns/1/units/11/creatives"),
    ("brand1", "/console/campaigns/1/units/11/creatives?of=12&word=%3Cscript%3E"),
    ("brand1", "/console/campaigns/1/creatives/12"),
    ("brand1", "/console/review"),
    ("brand1", "/console/definitions"),
    ("brand1", "/console/definitions/last_click"),
    ("brand1", "/console/definitions/cpuv"),
    ("admin", "/console/definitions/plan"),
    ("brand2", "/console/"),
    ("brand2", "/console/costs"),
    ("brand2", "/console/notes"),
    ("brand2", "/console/links"),
    ("brand2", "/console/orders"),
    ("brand2", "/console/admission"),
    ("brand2", "/console/care"),
    ("brand2", "/console/campaigns"),
    ("brand2", "/console/review"),
    ("brand2", "/console/attribution"),
    ("admin", "/console/"),
    ("admin", "/console/admission"),
    ("admin", "/console/care"),
    ("admin", "/console/campaigns/1"),
    ("admin", "/console/review"),
    ("ops", "/ops"),
]
each_page = pytest.mark.parametrize(("who", "path"), PAGES, ids=lambda value: value or "anybody")
each_language = pytest.mark.parametrize("lang", ["zh", "en"])


class Reading(HTMLParser):
    """Notes every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def open_page(who: str, path: str, lang: str) -> str:
    visitor = Visitor(make_app(), lang)
    if who:
        visitor.sign_in(who)
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer.text


@each_page
@each_language
def test_what_somebody_typed_comes_out_as_the_text_it_is(who: str, path: str, lang: str) -> None:
    text = open_page(who, path, lang)
    assert samples.NASTY not in text
    assert "<script>alert" not in text
    if path in {"/feed", "/console/notes", "/console/links", "/ops"} and who != "brand2":
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@each_page
@each_language
def test_a_page_keeps_to_its_own_policy(who: str, path: str, lang: str) -> None:
    reading = Reading(open_page(who, path, lang))
    for tag, attributes in reading.elements:
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("src", "href", "action", "hx-get", "hx-post"):
            address = attributes.get(name)
            assert address is None or re.match(r"[/#](?!/)", address), (tag, name, address)
    assert "style" not in {tag for tag, _ in reading.elements}
    scripts = [attributes for tag, attributes in reading.elements if tag == "script"]
    assert all((attributes.get("src") or "").startswith("/static/built/") for attributes in scripts)


@each_page
@each_language
def test_a_page_has_landmarks_one_heading_and_names_for_everything(who: str, path: str, lang: str) -> None:
    text = open_page(who, path, lang)
    reading = Reading(text)
    tags = [tag for tag, _ in reading.elements]
    assert reading.elements[0] == ("html", {"lang": {"zh": "zh-CN", "en": "en"}[lang]})
    assert tags.count("main") == 1
    assert tags.count("h1") == 1
    assert 'href="#main"' in text
    assert all("alt" in attributes for tag, attributes in reading.elements if tag == "img")
    ids = [attributes["id"] for _, attributes in reading.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {attributes.get("for") for tag, attributes in reading.elements if tag == "label"}
    for tag, attributes in reading.elements:
        if tag in {"input", "select"} and attributes.get("type") not in {"hidden", "radio"}:
            assert "aria-label" in attributes or attributes.get("id") in labelled, attributes


@each_page
@each_language
def test_no_key_is_left_unspoken(who: str, path: str, lang: str) -> None:
    text = open_page(who, path, lang)
    families = {key.split(".")[0] for key in catalogue("en").texts if "." in key}
    unspoken = re.compile(rf"[>\"]\s*((?:{'|'.join(sorted(families))})\.[a-z0-9_.:]+)\s*[<\"]")
    versions = re.compile(r"\w+\.v\d+")  # of definitions: an anchor may look like a key
    assert [key for key in unspoken.findall(text) if not versions.fullmatch(key)] == []


@each_page
def test_the_label_is_never_translated(who: str, path: str) -> None:
    chinese, english = (open_page(who, path, lang) for lang in ("zh", "en"))
    for text in (chinese, english):
        for label in re.findall(r'<span class="ad-label">(.*?)</span>', text):
            assert label == "广告"
    assert chinese.count('class="ad-label"') == english.count('class="ad-label"')


def test_the_switch_of_language_comes_back_to_the_page() -> None:
    visitor = Visitor(make_app(), "zh")
    answer = visitor.post("/lang", {"lang": "en", "back": "/feed?c=1747188000000.0&n=2"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/feed?c=1747188000000.0&n=2")
    assert "Load more" in words_of(visitor.get("/feed"))
    assert visitor.post("/lang", {"lang": "en", "back": "//elsewhere.example"}).headers["location"] == "/feed"
    assert visitor.post("/lang", {"lang": "zh"}, {"origin": "http://elsewhere.example"}).status_code == 403
