"""Both catalogues say the same things, every key that a template names is there, and no template speaks by itself."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from hongmao.attribution.words import REASONS
from hongmao.billing.api import Outcome as BillOutcome
from hongmao.billing.api import Party, Scheme
from hongmao.billing.contracts import FUNDER, INCOME, MEDIA
from hongmao.billing.contracts import INVALID as INVALID_CHARGE
from hongmao.billing.contracts import Reason as ChargeReason
from hongmao.billing.creators import CREATOR_LINE
from hongmao.billing.creators import MOVEMENTS as ORDER_MOVEMENTS
from hongmao.billing.credits import CREDIT
from hongmao.billing.fees import MOVEMENTS as FEE_MOVEMENTS
from hongmao.billing.fees import SERVICE_FEE
from hongmao.billing.purses import GIVER, PurseKind
from hongmao.billing.rules import CLICK, CLICK_LATE, COMPENSATE, GRANT, SHOWN, SHOWN_LATE, TOP_UP
from hongmao.campaigns.api import DAYS, DEVICES, GENDERS, TaskAuth, load_vocabulary
from hongmao.campaigns.api import State as PlacedState
from hongmao.campaigns.authorising import NOT_AUTHORISED, UNFILED
from hongmao.definitions.api import State as VersionState
from hongmao.events.contracts import Kind
from hongmao.insight.contracts import (
    SCOPES,
    STEP_NAMES,
    WINDOWS,
    End,
    OrderStatus,
    Ripeness,
    SplitBy,
    State,
    ViewClock,
)
from hongmao.insight.statements.table import COLUMNS
from hongmao.ledger.rules import FROZEN
from hongmao.links.api import BUTTONS, HoldSource, load
from hongmao.links.care.api import Code
from hongmao.links.contracts import PLACEMENTS, Invalid, Review, TokenProblem, Traffic
from hongmao.onboarding.api import GrantPhase, Lent
from hongmao.onboarding.api import Step as JoinStep
from hongmao.policy.api import Route
from hongmao.returns.api import AlarmKind, Completeness
from hongmao.returns.contracts import CLICK_UNKNOWN, NO_CLICK_ID, Outcome, RefusalReason
from hongmao.web.i18n import FOLDER, LANGS, catalogue
from hongmao.web.pages.console.attribution import MEASURES
from hongmao.web.pages.console.campaigns import MARKS
from hongmao.web.pages.console.frame import PAGES
from hongmao.web.pages.console.health import FEED_COLUMNS, LETTER_COLUMNS, SENDING_COLUMNS, WAKING_COLUMNS
from hongmao.web.pages.console.join.doors import PLACES as JOIN_PLACES
from hongmao.web.pages.console.join.doors import TOLD
from hongmao.web.pages.console.join.screens import MENDS
from hongmao.web.pages.console.placing.hours import CHOICES as HOURS
from hongmao.web.pages.console.placing.words import FIELDS as PLACING_FIELDS
from hongmao.web.pages.console.placing.words import TERMS_SHOWN
from hongmao.web.pages.reader.acts import ACTS
from hongmao.web.pages.render import TEMPLATES

FILES = sorted(TEMPLATES.rglob("*.html"))
LITERAL = re.compile(r"""\b_\(\s*"([^"]+)"\s*[,)]""")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Families whose last part is a code: what a page shows for each value that the code can take.
FAMILIES: dict[str, tuple[str, ...]] = {
    "window": WINDOWS,
    "clock": tuple(ViewClock),
    "scope": (*SCOPES, CREATOR_LINE),
    "status": tuple(OrderStatus),
    "step": STEP_NAMES,
    "state": tuple(State),
    "ripe": tuple(Ripeness),
    **{f"join.{name}": tuple(JoinStep) for name in ("step", "title", "sub")},
    "join.lent": tuple(Lent),
    "books.outcome": tuple(BillOutcome),
    "join.seen": ("click", "visit", "order"),
    "join.grant": tuple(phase for phase in GrantPhase if phase is not GrantPhase.LIVE),
    "join.finding": tuple(Code),
    "join.told": tuple(TOLD),
    "join.field": tuple(JOIN_PLACES),
    "join.mend": (*sorted({key.removeprefix("join.mend.") for key in MENDS.values()}), "category"),
    "nav": tuple(name for name, _, _ in PAGES),
    "preset": ("today", "yesterday", "last7", "last30"),
    "review": tuple(str(review.value) for review in Review),
    "address": ("deeplink", "universal_link", "fallback"),
    "definitions": ("attribution", "metrics", "files"),
    "version": (*VersionState, "meaning", "prose"),
    "plan": ("add", "supersede", "withdraw", "restore", "recompute", "drop", "keep"),
    "attribution.by": tuple(SplitBy),
    "attribution.measure": MEASURES,
    "flow.end": tuple(End),
    "trace.by": ("sync", "async"),
    "act": (
        *ACTS,
        *(f"{act}.said" for act in ACTS),
        *(f"{act}.done" for act in ("like", "collect", "share", "follow")),
    ),
    "kind": tuple(Kind),
    "outcome": tuple(Outcome),
    "placement": PLACEMENTS,
    "funder": (*FUNDER.values(), *GIVER.values()),
    "purse": (
        *(*PurseKind, FROZEN, SERVICE_FEE, INCOME, MEDIA),
        *("coinvest", "receivable", "revenue", "granted", "pgy_fee", "earnings"),
    ),
    "party": tuple(Party),
    "paper": (
        *(*COLUMNS, "after", "title", "closed", "open", "balanced", "unbalanced", "in_yuan", "nothing", "converted"),
        *("page", "chain.help", *(f"row.{name}" for name in ("statement", "opening", "movement", "closing", "chain"))),
        *(f"row.total_{name}" for name in ("opening", "in", "out", "closing")),
    ),
    "movement": (
        TOP_UP,
        GRANT,
        CLICK,
        CLICK_LATE,
        COMPENSATE,
        SHOWN,
        SHOWN_LATE,
        CREDIT,
        *FEE_MOVEMENTS,
        *ORDER_MOVEMENTS,
    ),
    "worker": ("sink", "attribution", "billing", "outgoing"),
    "campaign_state": tuple(str(number) for number in MARKS),
    "campaign_noun": ("campaign", "unit", "creativity"),
    "campaign_act": ("create", "update", "bind", "unbind", *(state.name.lower() for state in PlacedState)),
    **{f"term.{enum}": tuple(str(one) for one in load_vocabulary().numbers(enum)) for enum in TERMS_SHOWN},
    "placing.field": PLACING_FIELDS,
    "placing.day": DAYS,
    "placing.hours": HOURS,
    "placing.button": BUTTONS,
    "placing.scheme": tuple(Scheme),
    "placing.target_gender": tuple(GENDERS),
    "placing.target_device": tuple(DEVICES),
    "task_auth": tuple(str(int(state)) for state in TaskAuth),
    "rights": (NOT_AUTHORISED, UNFILED),
    "queue": ("link", "creativity"),
    "hold": tuple(HoldSource),
    "care.code": tuple(Code),
    "care.done": tuple(Code),
    "platform": ("community", "desk"),
    "route": tuple(Route),
    "target": ("juguang", "oceanengine", "tencent", "meta", "tiktok", "ud", "alimama"),
    "sent": ("delivered", "dead", "refused", "sampled_out", "test"),
    **{
        family: tuple(f"{name}{part}" for name in names for part in ("", ".help"))
        for family, names in (
            ("feeds_col", FEED_COLUMNS),
            ("sending_col", SENDING_COLUMNS),
            ("letters_col", LETTER_COLUMNS),
            ("waking_col", WAKING_COLUMNS),
        )
    },
    "feeds.way": ("pull", "file", "webhook"),
    "feeds.state": tuple(Completeness),
    "feeds.alert": ("feed_refused", "feed_failing"),
    "sending.alarm": tuple(AlarmKind),
    "agent": tuple(profile.name for profile in load().profiles if profile.traffic is Traffic.PERSON),
    "verdict": ("valid", NO_CLICK_ID, CLICK_UNKNOWN, *TokenProblem),
    "reason": (
        *Invalid,
        *TokenProblem,
        *RefusalReason,
        *REASONS,
        *ChargeReason,
        *(f"{INVALID_CHARGE}{reason}" for reason in Invalid if reason is not Invalid.LABEL_NOT_SHOWN),
        NO_CLICK_ID,
        CLICK_UNKNOWN,
        # Why nothing is sent on, or nothing can be.
        *("macro_unresolved", "click_id_empty", "click_id_too_long", "superseded", "target_failed", "target_unknown"),
        *("deadline", "inactive", "unwritable", "unreadable", "too_large"),
    ),
}


def needed() -> set[str]:
    literal = {key for file in FILES for key in LITERAL.findall(file.read_text(encoding="utf-8"))}
    return literal | {f"{family}.{code}" for family, codes in FAMILIES.items() for code in codes}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("lang", LANGS)
def test_every_key_that_a_page_needs_is_there(lang: str) -> None:
    texts = catalogue("zh" if lang == "zh" else "en").texts
    assert sorted(needed() - texts.keys()) == []
    assert [key for key, text in texts.items() if not text.strip()] == []


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    chinese, english = catalogue("zh").texts, catalogue("en").texts
    assert list(chinese) == list(english)
    assert [key for key in chinese if fields(chinese[key]) != fields(english[key])] == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_key_stands_once_in_a_file(lang: str) -> None:
    text = (FOLDER / f"{lang}.po").read_text(encoding="utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert [key for key in set(keys) if keys.count(key) > 1] == []
    with (FOLDER / f"{lang}.po").open("rb") as file:
        assert [message.id for message in read_po(file, abort_invalid=True) if message.fuzzy and message.id] == []


def test_english_is_english_and_chinese_is_chinese() -> None:
    assert [key for key, text in catalogue("en").texts.items() if CHINESE.search(text)] == []
    # Names of the trade that nobody translates.
    latin = {"address.deeplink", "address.universal_link", "target.meta", "target.tiktok"}
    silent = {key for key, text in catalogue("zh").texts.items() if not CHINESE.search(text)}
    assert silent == latin


def test_nothing_is_said_that_nobody_shows() -> None:
    families = tuple(f"{family}." for family in FAMILIES)
    assert sorted(key for key in catalogue("en").texts if key not in needed() and not key.startswith(families)) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(TEMPLATES).as_posix())
def test_a_template_says_nothing_by_itself(file: object) -> None:
    path = next(one for one in FILES if one == file)
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    spoken = re.findall(r'\b(?:title|aria-label|alt|placeholder|content)="([^"]*)"', text)
    between = re.sub(r"<[^>]*>", " ", text)
    # What is for the browser and not for people.
    machine = {"width=device-width, initial-scale=1", "light dark"}
    words = [
        word
        for word in [*spoken, *between.split()]
        if re.search(r"[A-Za-z\u4e00-\u9fff]", word) and word not in machine
    ]
    assert words == []
