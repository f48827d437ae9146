"""The connector's check and the shop's signer, each held to a vector made by neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.sandbox.shop import signer
from hongmao.platforms.sandbox.signing import SKEW_MS_MAX, SignatureProblem, check

# Made by OpenSSL: `dgst -sha256 -hmac SECRET` over timestamp, nonce and body joined by line feeds.
SECRET = "hongmao sandbox 密钥"
TIMESTAMP = "1746583200"
NONCE = "00112233445566778899aabbccddeeff"
BODY = b'{"account":"account-1","events":[]}'
SIGNATURE = "e16907eacf6ab4623986dd5e782be497b447cb07f94324ef5059a709f6ab55fa"
SIGNED_AT_MS = 1_746_583_200_000


def problem(
    *,
    secret: str = SECRET,
    timestamp: str | None = TIMESTAMP,
    nonce: str | None = NONCE,
    signature: str | None = SIGNATURE,
    body: bytes = BODY,
    now_ms: int = SIGNED_AT_MS,
) -> SignatureProblem | None:
    return check(
        secret=secret.encode(), timestamp=timestamp, nonce=nonce, signature=signature, body=body, now_ms=now_ms
    )


def test_both_sides_agree_with_openssl() -> None:
    assert signer.sign(SECRET, timestamp=TIMESTAMP, nonce=NONCE, body=BODY) == SIGNATURE
    assert problem() is None


@pytest.mark.parametrize(
    ("now_ms", "expected"),
    [
        (SIGNED_AT_MS + SKEW_MS_MAX, None),
        (SIGNED_AT_MS + SKEW_MS_MAX + 1, SignatureProblem.STALE),
        (SIGNED_AT_MS - SKEW_MS_MAX, None),
        (SIGNED_AT_MS - SKEW_MS_MAX - 1, SignatureProblem.FUTURE),
    ],
)
def test_clocks_may_be_ten_minutes_apart(now_ms: int, expected: SignatureProblem | None) -> None:
    assert problem(now_ms=now_ms) is expected


@pytest.mark.parametrize("header", ["timestamp", "nonce", "signature"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_header_is_named_before_anything_else(header: str, value: str | None) -> None:
    headers: dict[str, str | None] = {"timestamp": TIMESTAMP, "nonce": NONCE, "signature": SIGNATURE, header: value}
    assert check(secret=b"", body=b"", now_ms=0, **headers) is SignatureProblem.MISSING_HEADER


@pytest.mark.parametrize(
    "timestamp", ["now", "-1", "1746583200.0", " 1746583200", "1746583200\n", "１７４６", "9" * 13]
)
def test_a_timestamp_is_whole_seconds(timestamp: str) -> None:
    assert problem(timestamp=timestamp) is SignatureProblem.BAD_TIMESTAMP


@pytest.mark.parametrize("nonce", ["short", "0" * 15, "0" * 65, "g" * 16, NONCE + "\n"])
def test_a_nonce_is_16_to_64_hexadecimal_digits(nonce: str) -> None:
    assert problem(nonce=nonce) is SignatureProblem.BAD_NONCE


@pytest.mark.parametrize(
    "signature", [SIGNATURE.upper(), SIGNATURE[:-1], SIGNATURE + "0", "0" * 64, "签名", "\udc80", "\x00"]
)
def test_only_the_very_signature_proves(signature: str) -> None:
    assert problem(signature=signature) is SignatureProblem.BAD_SIGNATURE


def test_each_signed_part_counts() -> None:
    assert problem(secret=SECRET + "x") is SignatureProblem.BAD_SIGNATURE
    assert problem(timestamp="1746583201") is SignatureProblem.BAD_SIGNATURE
    assert problem(nonce=NONCE[:-1] + "0") is SignatureProblem.BAD_SIGNATURE
    assert problem(body=BODY + b" ") is SignatureProblem.BAD_SIGNATURE


def test_every_attempt_has_a_nonce_of_its_own() -> None:
    signed = [signer.headers(account="a", secret=SECRET, now_ms=SIGNED_AT_MS, body=BODY) for _ in range(50)]
    assert len({headers["X-Shop-Nonce"] for headers in signed}) == 50


@given(st.text(min_size=1), st.binary(), st.integers(0, 4_102_444_800_000))
def test_what_the_shop_signs_the_connector_proves(secret: str, body: bytes, now_ms: int) -> None:
    secret = secret.encode(errors="replace").decode()
    headers = signer.headers(account="a", secret=secret, now_ms=now_ms, body=body)
    assert (
        problem(
            secret=secret,
            timestamp=headers["X-Shop-Timestamp"],
            nonce=headers["X-Shop-Nonce"],
            signature=headers["X-Shop-Signature"],
            body=body,
            now_ms=now_ms,
        )
        is None
    )


@given(st.none() | st.text(), st.none() | st.text(), st.none() | st.text(), st.binary())
def test_no_header_breaks_the_check(
    timestamp: str | None, nonce: str | None, signature: str | None, body: bytes
) -> None:
    assert problem(timestamp=timestamp, nonce=nonce, signature=signature, body=body) is not None
