"""The language of signing formulas, held against hashes that are written out by hand."""

from __future__ import annotations

import hashlib
import hmac
from hashlib import md5, sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao_contracts.alg import AlgUnfit, AlgUnknown, Parts, compute, parse
from hongmao_contracts.normalisers import NORMALISERS

PARTS = Parts(secret="s", params={"b": "2", "a": "1", "B": "3"}, body="{}", path="/p")


def md5_of(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def hmac_of(key: str, text: str, how: str) -> str:
    return hmac.new(key.encode(), text.encode(), how).hexdigest()


@pytest.mark.parametrize(
    ("alg", "expected"),
    [
        ("MD5(secret)", md5_of("s")),
        ("UPPER(MD5(secret))", md5_of("s").upper()),
        ("lower(MD5(secret))", md5_of("s")),
        # Keys in the order of their bytes: capitals come first.
        ("MD5(concat(sorted k+v))", md5_of("B3a1b2")),
        ("MD5(secret + concat(sorted k+v) + secret)", md5_of("sB3a1b2s")),
        ("MD5('&'.join(sorted k=v))", md5_of("B=3&a=1&b=2")),
        ("MD5(''.join(sorted k=v))", md5_of("B=3a=1b=2")),
        ("MD5(path + '?' + '&'.join(sorted k=v) + secret)", md5_of("/p?B=3&a=1&b=2s")),
        ("MD5('x'+a+'y'+b)", md5_of("x1y2")),
        ("MD5('')", md5_of("")),
        ("HMAC-MD5(secret, concat(sorted system k+v) + raw_body)", hmac_of("s", "B3a1b2{}", "md5")),
        ("UPPER(HMAC-SHA256(secret, api_path + raw_body))", hmac_of("s", "/p{}", "sha256").upper()),
        ("HMAC-SHA256(secret + a,path)", hmac_of("s1", "/p", "sha256")),
        ("UPPER( MD5( secret ) ) , sign_method=hmac", md5_of("s").upper()),
        ("MD5(secret); no secret, no '='", md5_of("s")),
    ],
)
def test_a_formula_gives_what_is_written_out_by_hand(alg: str, expected: str) -> None:
    assert compute(parse(alg), PARTS) == expected


@pytest.mark.parametrize(
    ("alg", "value", "hashed"),
    [
        ("SHA256(trim+lower)", " Ann@Example.COM\n", "ann@example.com"),
        ("SHA256(digits, no '+', no leading zeros)", "+1 (650) 555-1212", "16505551212"),
        ("SHA256(digits, no '+', no leading zeros)", "0044 20", "4420"),
        ("SHA256(E.164 WITH '+')", "+1 213-373.4253", "+12133734253"),
        ("SHA256(raw)", " User_123", " User_123"),
        ("UPPER(MD5(trim+lower))", "A ", "a"),
    ],
)
def test_an_identifier_is_hashed_in_the_form_its_target_wants(alg: str, value: str, hashed: str) -> None:
    formula = parse(alg)
    digest = hashlib.new(formula.algorithm, hashed.encode()).hexdigest()
    assert compute(formula, Parts(input=value)) == (digest.upper() if formula.is_upper else digest)


@pytest.mark.parametrize(
    "alg",
    [
        "",
        "secret",
        "MD5",
        "MD5(",
        "MD5()",
        "MD5(secret",
        "MD5(secret))",
        "MD5(secret) secret",
        "MD5(secret + )",
        "MD5(secret - path)",
        "Upper(MD5(secret))",
        "UPPER(secret)",
        "UPPER(UPPER(secret)",
        "SHA1(secret)",
        "SHA512(secret)",
        "HMAC-SHA1(secret, path)",
        "HMAC-MD5(secret)",
        "HMAC-MD5(secret; path)",
        "HMAC-MD5(secret, path, path)",
        "MD5(concat(k+v))",
        "MD5(concat(sorted k-v))",
        "MD5('open)",
        "base64(RSA-SHA256(key, raw_body))",
        "SHA256(trim-lower)",
        "SHA256(digits, no plus)",
        "same",
    ],
)
def test_what_is_no_formula_is_no_formula(alg: str) -> None:
    with pytest.raises(AlgUnknown):
        parse(alg)


@pytest.mark.parametrize(
    ("alg", "parts"),
    [
        ("MD5(secret)", Parts()),
        ("MD5(raw_body)", Parts(secret="s")),
        ("MD5(path)", Parts(params={"path": "/p"})),
        ("MD5(concat(sorted k+v))", Parts(secret="s")),
        ("MD5('x'+a)", Parts(params={"b": "1"})),
        ("SHA256(raw)", Parts(secret="s")),
        ("SHA256(trim+lower)", Parts(params={"input": "a"})),
        # An input is text as it was composed, and must be composed so.
        ("MD5('x'+a+'y'+b)", Parts(input="x1z2")),
        ("MD5('x'+a+'y'+b)", Parts(input="xy")),
        ("MD5('x'+a)", Parts(input="1x")),
        ("MD5(secret + concat(sorted k+v))", Parts(input="sa1")),
        ("HMAC-MD5(secret, a)", Parts(input="1")),
    ],
)
def test_a_formula_without_its_parts_says_what_is_lacking(alg: str, parts: Parts) -> None:
    with pytest.raises(AlgUnfit, match=r"\w"):
        compute(parse(alg), parts)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@given(secret=TEXTS, params=st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=6), body=TEXTS)
def test_any_params_are_signed_as_an_obvious_line_does(secret: str, params: dict[str, str], body: str) -> None:
    parts = Parts(secret=secret, params=params, body=body)
    joined = "".join(key + params[key] for key in sorted(params, key=str.encode))
    assert compute(parse("MD5(secret + concat(sorted k+v) + secret)"), parts) == md5_of(secret + joined + secret)
    wanted = hmac.new(secret.encode(), (joined + body).encode(), sha256).hexdigest().upper()
    assert compute(parse("UPPER(HMAC-SHA256(secret, concat(sorted k+v) + raw_body))"), parts) == wanted


@pytest.mark.parametrize("phrase", NORMALISERS)
@given(digits=st.from_regex(r"\+?[1-9][0-9]{6,14}", fullmatch=True))
def test_what_a_normaliser_ignores_is_ignored(phrase: str, digits: str) -> None:
    normaliser = NORMALISERS[phrase]
    once = normaliser.apply(digits)
    assert normaliser.apply(once) == once
    assert {normaliser.apply(other) for other in normaliser.alike(digits)} <= {once}
