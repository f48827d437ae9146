"""Every published form of 小红书's signatures, by the very code that signs calls; each signed part matters."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hongmao.platforms.api import SignedSample
from hongmao.platforms.xhs.client import ArkKey, ark_call
from hongmao.platforms.xhs.platform import XHS
from hongmao.platforms.xhs.signing import sign_sample
from shared import ROOT, shared_path

FOLDER = ROOT / "src/hongmao/platforms/xhs/samples"


def samples() -> list[tuple[SignedSample, str]]:
    told = json.loads((FOLDER / "signing.json").read_text(encoding="utf-8"))["vectors"]
    names = set(SignedSample.__dataclass_fields__)
    return [(SignedSample(**{k: v for k, v in one.items() if k in names}), one["expected"]) for one in told]


@pytest.mark.parametrize(("sample", "expected"), samples(), ids=lambda one: getattr(one, "id", ""))
def test_a_published_vector_is_reproduced(sample: SignedSample, expected: str) -> None:
    assert XHS.sign is sign_sample
    assert sign_sample(sample) == expected
    assert sign_sample(replace(sample, id="renamed")) == expected


def test_the_samples_are_those_that_were_published() -> None:
    published = json.loads(shared_path("contracts/vectors.json").read_text(encoding="utf-8"))["vectors"]
    mine = json.loads((FOLDER / "signing.json").read_text(encoding="utf-8"))["vectors"]
    assert [one for one in published if one["id"].startswith("xhs-")] == mine


def changes(sample: SignedSample) -> list[SignedSample]:
    changed = [replace(sample, params={**sample.params, name: f"{value}9"}) for name, value in sample.params.items()]
    if sample.path:
        changed += [replace(sample, path=f"{sample.path}x"), replace(sample, secret=f"{sample.secret}x")]
    texts = [sample.input[:at] + "7" + sample.input[at + 1 :] for at in range(len(sample.input))]
    return changed + [replace(sample, input=text) for text in texts if text != sample.input]


@pytest.mark.parametrize(("sample", "expected"), samples(), ids=lambda one: getattr(one, "id", ""))
def test_each_changed_part_changes_the_signature(sample: SignedSample, expected: str) -> None:
    changed = changes(sample)
    assert len(changed) > 5
    for one in changed:
        try:
            assert sign_sample(one) != expected, one
        except ValueError:  # it is no longer in any form of this platform's
            continue


def test_the_same_signature_comes_from_named_parameters() -> None:
    ark = SignedSample(
        id="",
        alg="",
        secret="secret",
        params={"method": "oauth.getAccessToken", "appId": "demo", "timestamp": "1700000000"},
    )
    assert sign_sample(ark) == "5eaa9e02c92cbfbedb919609771f6944"
    told = {"advertiser_id": "123", "method": "aurora.leads", "timestamp": "1700000000000", "version": "1.0"}
    assert sign_sample(SignedSample(id="", alg="", params=told)) == "B0340F4D428697B3D9CF9022ADB8DAC6"
    with pytest.raises(ValueError, match="nothing"):
        sign_sample(SignedSample(id="nothing", alg=""))


@pytest.mark.parametrize("asked", [{}, {"startTime": 1}, {"评价": "好"}])
def test_neither_token_nor_question_is_signed(asked: dict[str, Any]) -> None:
    key = ArkKey(app_id="demo", secret=b"secret", access_token="token-of-nobody")
    body = msgspec.json.decode(ark_call(key, "order.getOrderList", asked, now_ms=1_700_000_000_123).body)
    bare = msgspec.json.decode(
        ark_call(replace(key, access_token=""), "order.getOrderList", {}, now_ms=1_700_000_000_999).body
    )
    assert body["sign"] == bare["sign"]
    assert body["accessToken"] == "token-of-nobody"
    assert "accessToken" not in bare
    assert body["timestamp"] == "1700000000"
    assert "token-of-nobody" not in repr(key)


def test_a_question_cannot_displace_a_system_parameter() -> None:
    key = ArkKey(app_id="demo", secret=b"secret")
    body = msgspec.json.decode(ark_call(key, "order.getOrderList", {"appId": "other"}, now_ms=0).body)
    assert body["appId"] == "demo"
