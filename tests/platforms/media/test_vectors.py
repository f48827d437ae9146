"""Signing and hashing vectors: each value by the code that returns are made with, and none of it by accident."""

from __future__ import annotations

import base64
import doctest
import hashlib
import importlib
import json
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_public_key

from hongmao.kernel.time import SECOND_MS, instant
from hongmao.platforms import media as folder
from hongmao.platforms.api import SignedSample
from hongmao.platforms.media.oceanengine import signing as rs256
from hongmao.platforms.media.platform import MEDIA
from hongmao.platforms.media.signing import VectorUnknown, sign
from hongmao.platforms.media.tencent import signing as tencent
from platforms.media.mediahouse import NOW, TARGETS, account_of, an_item, key_pair
from shared import shared_path

if TYPE_CHECKING:
    from hongmao.platforms.api import Call

SAMPLES = Path(folder.__path__[0]) / "samples"
VECTORS: list[dict[str, Any]] = json.loads((SAMPLES / "signing.json").read_text(encoding="utf-8"))["vectors"]
OURS = ("meta-email", "meta-phone", "tiktok-email", "tiktok-phone", "tiktok-external")


def sample_of(vector: dict[str, Any]) -> SignedSample:
    return SignedSample(
        id=vector["id"], alg=vector["alg"], secret=vector.get("secret", ""), input=vector.get("input", "")
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_vector_is_computed_and_any_change_of_it_changes_the_value(vector: dict[str, Any]) -> None:
    assert MEDIA.sign is not None
    assert MEDIA.sign(sample_of(vector)) == vector["expected"]

    text = vector["input"]
    last = "1" if text[-1] != "1" else "2"
    for changed in (f"{text[:-1]}{last}", f"{text}7", text[:-1]):
        assert MEDIA.sign(sample_of(vector | {"input": changed})) != vector["expected"], changed


def test_the_published_vectors_are_the_shared_ones_to_the_letter() -> None:
    published = json.loads(shared_path("contracts/vectors.json").read_text(encoding="utf-8"))["vectors"]
    theirs = {vector["id"]: vector for vector in published if vector["id"] in OURS}
    assert {vector["id"]: vector for vector in VECTORS if vector["id"] in OURS} == theirs
    assert len(theirs) == len(OURS)


def test_a_vector_of_nobody_is_an_error() -> None:
    with pytest.raises(VectorUnknown):
        sign(SignedSample(id="somebody-else", alg="MD5"))


def oceanengine_call() -> Call:
    return TARGETS["oceanengine"].call(account_of("oceanengine"), [an_item("oceanengine")], now_ms=instant(NOW))


def verify(signature: bytes, lines: bytes) -> None:
    public = load_pem_public_key(key_pair()[1].encode())
    assert isinstance(public, RSAPublicKey)
    public.verify(signature, lines, PKCS1v15(), SHA256())


def test_ocean_engines_header_signs_method_path_time_and_the_bodys_digest() -> None:
    call = oceanengine_call()
    header = dict(part.split("=", 1) for part in call.headers["x-rs256-token"].split("&"))
    signature = base64.b64decode(header["signature"])
    digest = base64.b64encode(hashlib.sha256(call.body).digest()).decode()
    lines = ["POST", "/api/v2/conversion/", str(instant(NOW) // SECOND_MS), digest]

    verify(signature, "\n".join(lines).encode())
    assert (header["credential"], header["timestamp"]) == ("primary", lines[2])
    for at in range(len(lines)):
        changed = [*lines[:at], lines[at] + "x", *lines[at + 1 :]]
        with pytest.raises(InvalidSignature):
            verify(signature, "\n".join(changed).encode())


def test_a_query_is_signed_with_its_path() -> None:
    plain = rs256.input_of(method="POST", url="https://a.example/x/", timestamp_s=1, body=b"")
    asked = rs256.input_of(method="POST", url="https://a.example/x?b=1&a=2", timestamp_s=1, body=b"")
    assert plain.split(b"\n")[1] == b"/x/"
    assert asked.split(b"\n")[1] == b"/x/?b=1&a=2"


def test_each_attempt_is_signed_afresh_and_its_body_stays_the_same() -> None:
    target, account, item = TARGETS["oceanengine"], account_of("oceanengine"), an_item("oceanengine")
    first = target.call(account, [item], now_ms=instant(NOW))
    later = target.call(account, [item], now_ms=instant(NOW) + SECOND_MS)
    assert first.body == later.body
    assert first.headers["x-rs256-token"] != later.headers["x-rs256-token"]


@pytest.mark.parametrize("secret", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_secret_that_is_no_key_is_named_and_not_shown(secret: bytes) -> None:
    with pytest.raises(rs256.KeyUnusable) as caught:
        rs256.sign(secret, b"anything")
    assert "AAAA" not in str(caught.value)
    assert not rs256.is_key(secret)


def test_a_key_of_another_kind_is_no_key() -> None:
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(rs256.KeyUnusable, match="not of RSA"):
        rs256.sign(other, b"anything")


def test_a_callbacks_signature_does_not_depend_on_the_order_of_its_parts() -> None:
    parts = ("token", "1700000000", "n0nce")
    expected = hashlib.sha1(b"1700000000n0ncetoken", usedforsecurity=False).hexdigest()
    assert {rs256.callback_signature(parts), rs256.callback_signature(parts[::-1])} == {expected}


def test_tencents_nonce_is_short_and_no_two_attempts_share_it() -> None:
    one = tencent.nonce_of(1, ["a", "b"])
    assert len(one) <= tencent.NONCE_CHARS_MAX
    assert len({one, tencent.nonce_of(2, ["a", "b"]), tencent.nonce_of(1, ["ab"]), tencent.nonce_of(1, ["a"])}) == 4


def test_samples_are_data_of_their_shape() -> None:
    names = sorted(path.name for path in SAMPLES.iterdir())
    files = [f"file-{kind.name}.{ending}" for kind in MEDIA.files for ending in ("csv", "json")]
    assert names == sorted(["signing.json", *files, *(f"target-{target.name}.json" for target in MEDIA.targets)])
    for name in names:
        if name.endswith(".json"):
            msgspec.json.decode((SAMPLES / name).read_bytes())


@pytest.mark.parametrize("module", [one.name for one in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}.")])
def test_examples_in_docstrings_are_true(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0
