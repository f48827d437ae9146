"""TOP's and IOP's signatures: the published vectors, and that each parameter is held by them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.time import iso
from hongmao.platforms.api import SignedSample
from hongmao.platforms.taobao.client import TopKey, route_of, top_call
from hongmao.platforms.taobao.platform import TAOBAO, TMALL
from hongmao.platforms.taobao.signing import SignMethod, iop_signature, timestamp_text, top_signature
from shared import shared_path

VECTORS = ("top-md5-1", "top-md5-2", "top-hmacmd5-derived", "iop-hmacsha256")
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
PARAMS = st.dictionaries(NAMES.filter(lambda name: name != "sign"), st.text(max_size=20), min_size=1, max_size=6)


def vector(name: str) -> tuple[SignedSample, str]:
    told: list[dict[str, Any]] = json.loads(shared_path("contracts/vectors.json").read_text(encoding="utf-8"))[
        "vectors"
    ]
    found = next(one for one in told if one["id"] == name)
    sample = SignedSample(
        id=name,
        alg=found["alg"],
        secret=found["secret"],
        params=found["params"],
        path=found.get("api_path", ""),
    )
    return sample, found["expected"]


@pytest.mark.parametrize("name", VECTORS)
def test_the_published_vectors(name: str) -> None:
    sample, expected = vector(name)
    assert TAOBAO.sign is not None
    assert TAOBAO.sign(sample) == expected


@pytest.mark.parametrize("name", VECTORS)
def test_each_signed_parameter_changed_changes_the_signature(name: str) -> None:
    sample, expected = vector(name)
    assert TMALL.sign is not None
    signatures = [
        TMALL.sign(SignedSample(id=name, alg=sample.alg, secret=sample.secret, params=changed, path=sample.path))
        for key, value in sample.params.items()
        for changed in ({**sample.params, key: f"{value}x"}, {k: v for k, v in sample.params.items() if k != key})
    ]
    assert expected not in signatures
    other = SignedSample(id=name, alg=sample.alg, secret="other", params=sample.params, path=sample.path)
    assert TMALL.sign(other) != expected
    unsigned = {**sample.params, "sign": "whatever"}
    assert TMALL.sign(
        SignedSample(id=name, alg=sample.alg, secret=sample.secret, params=unsigned, path=sample.path)
    ) == (expected)


def test_the_path_is_held_by_an_iop_signature() -> None:
    sample, expected = vector("iop-hmacsha256")
    assert iop_signature("/order/got", sample.params, sample.secret.encode()) != expected


@given(params=PARAMS, secret=st.text(min_size=1, max_size=20))
def test_against_the_rule_written_out(params: dict[str, str], secret: str) -> None:
    text = "".join(key + params[key] for key in sorted(params)).encode()
    key = secret.encode()
    assert (
        top_signature(params, key, SignMethod.MD5)
        == hashlib.md5(key + text + key, usedforsecurity=False).hexdigest().upper()
    )
    assert top_signature(params, key, SignMethod.HMAC) == hmac.new(key, text, "md5").hexdigest().upper()
    assert top_signature(params, key, SignMethod.HMAC_SHA256) == hmac.new(key, text, "sha256").hexdigest().upper()


def test_chinese_is_signed_as_text_and_sent_encoded() -> None:
    key = TopKey(app_key="1", secret=b"s")
    call = top_call(key, "m", {"title": "手冲 & 壶+%"}, now_ms=0)
    sent = dict(parse_qsl(call.body.decode()))
    signature = sent.pop("sign")
    assert sent["title"] == "手冲 & 壶+%"
    assert signature == top_signature(sent, b"s", SignMethod.MD5)
    assert "手" not in call.body.decode()


def test_what_is_empty_is_neither_sent_nor_signed() -> None:
    call = top_call(TopKey(app_key="1", secret=b"s"), "m", {"empty": "", "full": 1}, now_ms=0)
    sent = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    assert sent.keys() == {"app_key", "format", "full", "method", "sign", "sign_method", "timestamp", "v"}


@given(at_ms=st.integers(0, 4_000_000_000_000))
def test_the_timestamp_is_beijing_time_to_the_second(at_ms: int) -> None:
    assert timestamp_text(at_ms) == iso(at_ms)[:19].replace("T", " ")


@pytest.mark.parametrize(
    ("given_gateway", "route"),
    [
        ("http://127.0.0.1:8090/gw/taobao", "http://127.0.0.1:8090/gw/taobao/router/rest"),
        ("http://127.0.0.1:8090/gw/taobao/", "http://127.0.0.1:8090/gw/taobao/router/rest"),
        ("https://gw.api.taobao.com/router/rest", "https://gw.api.taobao.com/router/rest"),
    ],
)
def test_a_gateway_may_be_named_without_its_route(given_gateway: str, route: str) -> None:
    assert route_of(given_gateway) == route
