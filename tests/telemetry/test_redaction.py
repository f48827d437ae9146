"""No secret and no reader is ever in a line, however it came there."""

from __future__ import annotations

import io
import json
import logging
import random
import secrets
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hongmao.catalog.keys import make_secret
from hongmao.kernel.clock import SetClock
from hongmao.links.api import KeyRing, TokenMinter, click_event_id
from hongmao.telemetry.logs import LINE_CHARS_MAX, JsonLines, write_lines
from hongmao.telemetry.redaction import KEPT_CHARS, redacted
from hongmao.web.edge.reader import fresh_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINTER = TokenMinter(KeyRing(current=1, keys={1: b"k" * 32}), SetClock(1_764_000_000_000), random.Random(7))
# What the house makes, and shapes that others make: each from the very code that mints it.
MAKERS: dict[str, Callable[[random.Random], str]] = {
    "click id": lambda _luck: MINTER.mint(),
    "click event": lambda _luck: str(click_event_id(MINTER.mint())),
    "seal": lambda luck: MINTER.seal("lnk_1", f"imp_{luck.getrandbits(64):x}"),
    "api key": lambda _luck: make_secret()[1],
    "reader": fresh_reader,
    "password": lambda _luck: secrets.token_urlsafe(12),
    "session": lambda luck: urlsafe_b64encode(luck.randbytes(24)).decode() + ".aSXkJg." + luck.randbytes(20).hex(),
    "md5 signature": lambda luck: luck.randbytes(16).hex().upper(),
    "sha256": lambda luck: luck.randbytes(32).hex(),
}
# What is too short to be told from a word is known by what it is called.
NAMED_ONLY = {"password", "seal"}
BARE = ("{}", "the link of {} is gone", "GET /shop/{}/x failed", "('{}',)", '{{"id":"{}"}}', "<{}>", "a,{},b", "{}\n{}")
NAMED = (
    "token={}",
    "password: {}",
    "Cookie: hm_session={}; hm_lang=zh",
    "set-cookie: hm_r={}; Path=/",
    "Authorization: Bearer {}",
    "{{'api_key': '{}'}}",
    '{{"secret":"{}","n":1}}',
    "/v1/wakeup?click_id={}&x=1",
    "sign={}",
    "reader={}",
    "access_token={}&x=2",
    "headers={{'authorization': b'{}'}}",
    '"body": "{{\\"password\\":\\"{}\\"}}"',
    "[(b'cookie', b'hm_session={}')]",
    "SECRET = '{}'",
)


def leaked(secret: str, line: str) -> bool:
    """Tell whether more of a secret than its head can be read."""
    return any(secret[at : at + KEPT_CHARS + 1] in line for at in range(len(secret) - KEPT_CHARS))


@settings(max_examples=3_000)
@given(seed=st.integers(0, 2**32), maker=st.sampled_from(sorted(MAKERS)), form=st.sampled_from(BARE + NAMED))
def test_no_secret_is_told(seed: int, maker: str, form: str) -> None:
    if maker in NAMED_ONLY and form in BARE:
        return
    secret = MAKERS[maker](random.Random(seed))
    assert not leaked(secret, redacted(form.format(secret, secret)))


@given(st.text(max_size=60), st.sampled_from(sorted(set(MAKERS) - NAMED_ONLY)))
def test_whatever_stands_around_it(around: str, maker: str) -> None:
    # A space on both sides: joined to a word it would be another word.
    secret = MAKERS[maker](random.Random(3))
    assert not leaked(secret, redacted(f"{around} {secret} {around}"))


@given(st.text())
def test_cutting_again_cuts_nothing_more(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("the worker billing failed and tries again", "the worker billing failed and tries again"),
        ("the edge failed on j", "the edge failed on j"),
        ("log 42 events behind, 1764000000000 ms", "log 42 events behind, 1764000000000 ms"),
        ("/home/ops/var/lake/day=2026-11-25/kind=click/part-7.parquet",) * 2,
        ('  File "/usr/lib/python3.11/site-packages/hongmao/events/service.py", line 12, in append',) * 2,
        ("link lnk_double12, note n_1, shop s_taobao", "link lnk_double12, note n_1, shop s_taobao"),
        ("call 13912345678 now", "call 139… now"),
        ("call +86 139-1234-5678 now", "call +86… now"),
        ("mail wang.li@example.com", "mail w…@…"),
        ("reader r_0123456789abcdef0123456789abcdef came", "reader r_0123… came"),
    ],
)
def test_what_is_no_secret_stays_readable(line: str, told: str) -> None:
    assert redacted(line) == told


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Take the root logger over for a test, and give what was written."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    write_lines(stream, role="worker")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("hongmao").setLevel(logging.NOTSET)


def test_a_line_is_an_object_with_its_facts(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("hongmao.jobs").warning("%s is %d behind", "sink", 7, extra={"consumer": "sink", "behind": 7})
    (line,) = lines()
    assert (line["level"], line["logger"], line["role"]) == ("warning", "hongmao.jobs", "worker")
    assert (line["text"], line["consumer"], line["behind"]) == ("sink is 7 behind", "sink", 7)
    assert str(line["at"]).endswith("+00:00")


def test_facts_and_tracebacks_are_cut_too(lines: Callable[[], list[dict[str, object]]]) -> None:
    token = MINTER.mint()
    log = logging.getLogger("hongmao.edge")
    try:
        raise ValueError(f"no way for {token}")
    except ValueError:
        log.exception("failed on %s", token, extra={"password": "short-one", "click": token})
    (line,) = lines()
    written = json.dumps(line, ensure_ascii=False)
    assert not leaked(token, written)
    assert "short-one" not in written
    assert "ValueError" in str(line["trace"])
    assert "test_redaction.py" in str(line["trace"])


def test_a_fact_cannot_pass_for_what_a_line_says_of_itself(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("hongmao").error("real", extra={"text": "forged", "role": "other", "at": "never"})
    (line,) = lines()
    assert (line["text"], line["role"]) == ("real", "worker")
    assert line["at"] != "never"


def test_breaks_in_a_message_make_no_second_line(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("hongmao").error('first\n{"level":"error","text":"forged"}\u2028')
    assert len(lines()) == 1


def test_arguments_that_do_not_fit_lose_no_line() -> None:
    record = logging.makeLogRecord({"msg": "%d rows of %s", "args": ("two",), "levelname": "ERROR", "name": "x"})
    assert json.loads(JsonLines(role="all").format(record))["text"] == "%d rows of %s"


def test_a_long_message_is_cut_after_it_was_redacted() -> None:
    token = MINTER.mint()
    text = "x " * (LINE_CHARS_MAX // 2 - 10) + token
    record = logging.makeLogRecord({"msg": text, "args": ()})
    told = json.loads(JsonLines(role="all").format(record))["text"]
    assert len(told) <= LINE_CHARS_MAX + 1
    assert not leaked(token, told)
