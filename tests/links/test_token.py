"""The click token: thirty characters that nobody else can write."""

from __future__ import annotations

import hmac
import random
import re
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.clock import SetClock
from hongmao.kernel.time import DAY_MS, MINUTE_MS, instant
from hongmao.links.api import ClockNotSet, KeyRing, KeyUnusable, TokenMinter, TokenProblem, Verified
from hongmao.links.token import EPOCH_MS, _Mac, click_event_id, minted_at_ms

NOW = instant("2025-05-07T10:00:00+08:00")
SECRET = b"a key of thirty-two bytes, agreed"


def minter(at_ms: int = NOW, *, keys: dict[int, bytes] | None = None, current: int = 1, seed: int = 7) -> TokenMinter:
    return TokenMinter(KeyRing(current, keys or {1: SECRET}), SetClock(at_ms), random.Random(seed))


def respelt(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def test_LINK_3_a_thousand_clicks_have_a_thousand_distinct_url_safe_ids_of_thirty_characters() -> None:
    mint = minter().mint
    tokens = {mint() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{30}", token) for token in tokens)


def test_LINK_4_no_token_is_the_text_zero() -> None:
    assert minter().mint() != "0"


def test_a_token_is_believed_wherever_the_keys_are_without_asking_a_store() -> None:
    token = minter(seed=1).mint()
    assert minter(seed=2).verify(token, now_ms=NOW) == Verified(NOW)


@given(seed=st.integers(0, 2**32), bit=st.integers(0, 22 * 8 - 1))
def test_every_flipped_bit_is_rejected(seed: int, bit: int) -> None:
    desk = minter(seed=seed)
    raw = bytearray(urlsafe_b64decode(desk.mint() + "=="))
    raw[bit // 8] ^= 1 << bit % 8
    expected = TokenProblem.UNKNOWN_KEY if bit < 8 else TokenProblem.FORGED
    assert desk.verify(respelt(bytes(raw)), now_ms=NOW) is expected


@given(token=st.one_of(st.text(max_size=64), st.text(alphabet="AQgwZz09_-", min_size=30, max_size=30)))
def test_no_text_of_somebody_elses_is_a_token(token: str) -> None:
    assert isinstance(minter().verify(token, now_ms=NOW), TokenProblem)


@given(place=st.integers(0, 29), char=st.characters())
def test_one_character_changed_is_rejected(place: int, char: str) -> None:
    desk = minter()
    token = desk.mint()
    changed = token[:place] + char + token[place + 1 :]
    assert changed == token or isinstance(desk.verify(changed, now_ms=NOW), TokenProblem)


def test_a_second_spelling_of_the_same_bytes_is_malformed() -> None:
    desk = minter()
    token = desk.mint()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = [alphabet[alphabet.index(token[-1]) | bits] for bits in range(1, 16)]
    for last in spare:
        assert urlsafe_b64decode(token[:-1] + last + "==") == urlsafe_b64decode(token + "==")
        assert desk.verify(token[:-1] + last, now_ms=NOW) is TokenProblem.MALFORMED


@pytest.mark.parametrize("text", ["", "0", "a" * 29, "a" * 31, "a" * 28 + "==", "a" * 29 + "\n", "+" * 30, "一" * 30])
def test_what_is_no_token_is_malformed(text: str) -> None:
    assert minter().verify(text, now_ms=NOW) is TokenProblem.MALFORMED


def test_a_token_of_another_deployment_is_forged_or_of_an_unknown_key() -> None:
    token = minter(keys={1: b"somebody else's key of some bytes"}).mint()
    assert minter().verify(token, now_ms=NOW) is TokenProblem.FORGED
    other = minter(keys={9: SECRET}, current=9).mint()
    assert minter().verify(other, now_ms=NOW) is TokenProblem.UNKNOWN_KEY


def test_PRIV_6_a_token_expires_thirty_days_after_the_longest_window() -> None:
    desk = minter()
    token = desk.mint()
    assert desk.verify(token, now_ms=NOW + 60 * DAY_MS - 1) == Verified(NOW)
    assert desk.verify(token, now_ms=NOW + 60 * DAY_MS) is TokenProblem.EXPIRED


def test_a_token_from_the_future_is_not_believed_beyond_what_clocks_differ() -> None:
    token = minter(NOW + 10 * MINUTE_MS).mint()
    assert minter().verify(token, now_ms=NOW) == Verified(NOW + 10 * MINUTE_MS)
    assert minter().verify(token, now_ms=NOW - 1) is TokenProblem.FUTURE


def test_old_tokens_live_on_while_a_key_is_replaced() -> None:
    # June: key 1 signs.
    june = minter(keys={1: SECRET}).mint()
    # July: key 2 signs, key 1 still verifies.
    july = minter(keys={1: SECRET, 2: b"the key that follows, also long"}, current=2)
    assert july.verify(june, now_ms=NOW) == Verified(NOW)
    assert july.verify(july.mint(), now_ms=NOW) == Verified(NOW)
    # September: key 1 is gone.
    september = minter(keys={2: b"the key that follows, also long"}, current=2)
    assert september.verify(june, now_ms=NOW) is TokenProblem.UNKNOWN_KEY


@pytest.mark.parametrize(("current", "keys"), [(1, {1: b"short"}), (2, {1: SECRET}), (300, {300: SECRET})])
def test_a_key_that_would_protect_nothing_is_refused_and_not_shown(current: int, keys: dict[int, bytes]) -> None:
    with pytest.raises(KeyUnusable) as refused:
        KeyRing(current, keys)
    assert "short" not in str(refused.value)
    assert "agreed" not in repr(KeyRing(1, {1: SECRET}))


def test_threads_never_mint_the_same_token() -> None:
    desk = minter()
    found: list[str] = []

    def mint() -> None:
        found.extend(desk.mint() for _ in range(2_000))

    threads = [threading.Thread(target=mint) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 8_000


@given(st.lists(st.integers(0, 400 * DAY_MS), min_size=2, max_size=8))
def test_ATTR_3_the_later_click_has_the_higher_event_id(steps: list[int]) -> None:
    clock = SetClock(EPOCH_MS)
    desk = TokenMinter(KeyRing(1, {1: SECRET}), clock, random.Random(3))
    ids = []
    for step in steps:
        clock.advance(step)
        ids.append(str(click_event_id(desk.mint())))
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_the_event_of_a_click_is_named_out_of_reach_of_clients() -> None:
    token = minter().mint()
    assert str(click_event_id(token)).startswith("clk:0196a878a100")
    assert minted_at_ms(token) == NOW
    assert click_event_id("nonsense") is None
    assert minted_at_ms("nonsense") is None


@pytest.mark.parametrize("at_ms", [0, EPOCH_MS - 1, EPOCH_MS + 2**40])
def test_a_clock_outside_the_tokens_years_mints_nothing(at_ms: int) -> None:
    with pytest.raises(ClockNotSet):
        minter(at_ms).mint()


def test_LABEL_2_a_seal_belongs_to_one_link_and_one_impression() -> None:
    desk = minter()
    seal = desk.seal("link-1", "imp_1")
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}", seal)
    assert desk.check_seal("link-1", "imp_1", seal)
    assert not desk.check_seal("link-2", "imp_1", seal)
    assert not desk.check_seal("link-1", "imp_2", seal)
    assert not minter(keys={1: b"somebody else's key of some bytes"}).check_seal("link-1", "imp_1", seal)
    assert not minter(keys={2: SECRET}, current=2).check_seal("link-1", "imp_1", seal)


@given(place=st.integers(0, 15), char=st.characters(codec="ascii"))
def test_LABEL_2_a_seal_with_one_character_changed_proves_nothing(place: int, char: str) -> None:
    desk = minter()
    seal = desk.seal("link-1", "imp_1")
    changed = seal[:place] + char + seal[place + 1 :]
    assert changed == seal or not desk.check_seal("link-1", "imp_1", changed)


@given(st.text(), st.text(), st.text())
def test_a_seal_check_answers_any_text(link: str, impression: str, seal: str) -> None:
    assert not minter().check_seal(link, impression, seal)


@given(message=st.binary(max_size=200), key=st.binary(min_size=16, max_size=80))
def test_the_quick_mac_is_the_standards(message: bytes, key: bytes) -> None:
    derived = hmac.digest(key, b"hongmao click", "sha256")
    assert _Mac(key, b"click").digest(message) == hmac.digest(derived, message, "sha256")


def test_what_is_minted_with_its_names_is_what_the_token_says() -> None:
    minted = minter().mint_click()
    assert (minted.event_id, minted.at_ms) == (click_event_id(minted.click_id), minted_at_ms(minted.click_id))
