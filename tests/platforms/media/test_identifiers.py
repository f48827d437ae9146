"""Each media's own normaliser: the same buyer is written five ways, and no way serves two."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.platforms.media.consented import Identifiers, usable
from hongmao.platforms.media.juguang.identifiers import device_md5
from hongmao.platforms.media.meta import identifiers as meta
from hongmao.platforms.media.oceanengine import identifiers as oceanengine
from hongmao.platforms.media.tencent import identifiers as tencent
from hongmao.platforms.media.tiktok import identifiers as tiktok
from platforms.media.mediahouse import BUYER

NOTHING = (
    "",
    "   ",
    "0",
    "000000000000000",
    "00000000-0000-0000-0000-000000000000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "D41D8CD98F00B204E9800998ECF8427E",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "9f89c84a559f573636a47ff8daed0d33",
    "null",
    "Unknown",
)

# What a person writes, the region it is read in, and what each media is told before hashing.
PHONES = (
    ("13800138000", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("138 0013 8000", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("138-0013-8000", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("+86 138 0013 8000", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("+8613800138000", "", "8613800138000", "+8613800138000", "13800138000"),
    ("0086 138 0013 8000", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("8613800138000", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("（+86）138 0013 8000", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("１３８００１３８０００", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("＋８６　１３８ ００１３ ８０００", "CN", "8613800138000", "+8613800138000", "13800138000"),
    ("(650) 555-1212", "US", "16505551212", "+16505551212", ""),
    ("+1 650 555 1212", "CN", "16505551212", "+16505551212", ""),
    ("+852 5123 4567", "CN", "85251234567", "+85251234567", ""),
    ("不是号码", "CN", "", "", ""),
    ("12", "CN", "", "", ""),
    ("", "CN", "", "", ""),
)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(("written", "region", "digits", "e164", "mainland"), PHONES)
def test_PRIV_3_a_phone_is_written_as_each_media_wants_it(
    written: str, region: str, digits: str, e164: str, mainland: str
) -> None:
    assert meta.phone_of(written, region) == digits
    assert meta.hash_phone(written, region) == sha256(digits)
    assert tiktok.phone_of(written, region) == e164
    assert tiktok.hash_phone(written, region) == sha256(e164)
    assert tencent.mobile_of(written, region) == mainland
    assert oceanengine.phone_sha256(written, region) == sha256(mainland)


def test_PRIV_3_one_number_has_a_hash_for_each_media() -> None:
    hashes = {
        meta.hash_phone("13800138000", "CN"),
        tiktok.hash_phone("13800138000", "CN"),
        oceanengine.phone_sha256("13800138000"),
        tencent.md5(tencent.mobile_of("13800138000")),
    }
    assert len(hashes) == 4


@pytest.mark.parametrize(
    ("written", "hashed"),
    [
        ("alice_abc@gmail.com", "alice_abc@gmail.com"),
        (" ALICE_abc@Gmail.com\t", "alice_abc@gmail.com"),
        ("ＡＬＩＣＥ＠gmail.com", "alice@gmail.com"),
        ("alice", ""),
        ("@gmail.com", ""),
        ("a b@gmail.com", ""),
        ("", ""),
    ],
)
def test_an_address_is_small_and_without_blanks(written: str, hashed: str) -> None:
    assert meta.hash_email(written) == sha256(hashed)
    assert tiktok.hash_email(written) == sha256(hashed)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "86 ", "+86-"]))
def test_every_mainland_mobile_comes_to_its_eleven_digits_however_it_is_prefixed(number: str, prefix: str) -> None:
    written = f"{prefix}{number[:3]} {number[3:7]}-{number[7:]}"
    assert meta.phone_of(written, "CN") == f"86{number}"
    assert tiktok.phone_of(written, "CN") == f"+86{number}"
    assert tencent.mobile_of(written, "CN") == number


@pytest.mark.parametrize("nothing", NOTHING)
def test_PRIV_4_what_names_no_device_is_told_to_nobody(nothing: str) -> None:
    nobody = Identifiers(
        consent="c-1", oaid=nothing, caid=nothing, idfa=nothing, imei=nothing, android_id=nothing, external_id=nothing
    )

    assert usable(nothing) == device_md5(nothing) == ""
    assert oceanengine.device_of(nobody) == {}
    assert tencent.user_id_of(nobody) == tencent.user_id_of(nobody, twice=True) == {}
    assert meta.user_data_of(nobody) == tiktok.user_of(nobody) == {}


def test_PRIV_3_juguang_takes_capitals_of_the_raw_ids_md5() -> None:
    assert device_md5("oaid-0a1b") == md5("oaid-0a1b").upper()
    assert device_md5("OAID-0A1B") != device_md5("oaid-0a1b")
    assert len(device_md5("oaid-0a1b")) == 32


def test_PRIV_3_ocean_engine_takes_oaid_and_idfa_raw_and_the_rest_hashed() -> None:
    assert oceanengine.device_of(BUYER) == {
        "imei": md5("86a000000000017"),
        "idfa": "6D92078A-8246-4BA4-AE5B-76104861E7DC",
        "oaid": "oaid-0a1b",
        "android_id_md5": md5("a1b2c3d4e5f60718"),
        "phone_num_blurred": sha256("13800138000"),
    }


@pytest.mark.parametrize(
    ("blurred", "place", "told"),
    [
        ("130****1234", ("", ""), "130****1234"),
        ("130 **** 1234", ("", ""), "130****1234"),
        ("*******1234", ("浙江省", "杭州市"), "*******1234"),
        ("*******1234", ("浙江省", ""), sha256("13800138000")),  # the short form counts with its place only
        ("****1234", ("浙江省", "杭州市"), sha256("13800138000")),  # no form of theirs
        ("", ("浙江省", "杭州市"), sha256("13800138000")),
    ],
)
def test_a_blurred_phone_is_told_as_it_is_and_never_hashed(blurred: str, place: tuple[str, str], told: str) -> None:
    known = replace(BUYER, phone_blurred=blurred, province=place[0], city=place[1])
    assert oceanengine.phone_of(known) == told
    needs_place = told.startswith("*******")
    assert oceanengine.place_of(known) == (
        {"receiver_province": place[0], "receiver_city": place[1]} if needs_place else {}
    )


def test_PRIV_3_tencent_takes_md5_or_the_sha256_of_it() -> None:
    assert tencent.user_id_of(BUYER) == {
        "hash_imei": md5("86a000000000017"),
        "hash_idfa": md5("6D92078A-8246-4BA4-AE5B-76104861E7DC"),
        "hash_oaid": md5("oaid-0a1b"),
        "hash_android_id": md5("a1b2c3d4e5f60718"),
        "hash_phone": md5("13800138000"),
        "caid": "caid-9f8e",
    }
    assert tencent.user_id_of(BUYER, twice=True) == {
        "md5_sha256_imei": sha256(md5("86a000000000017")),
        "md5_sha256_idfa": sha256(md5("6D92078A82464BA4AE5B76104861E7DC")),
        "md5_sha256_oaid": sha256(md5("oaid-0a1b")),
        "sha256_phone": sha256("13800138000"),
        "caid": "caid-9f8e",
    }


@pytest.mark.parametrize("consent", ["", "  "])
def test_PRIV_1_there_are_no_identifiers_without_a_consent(consent: str) -> None:
    with pytest.raises(ValueError, match="consent"):
        Identifiers(consent=consent, email="alice@example.com")


def test_identifiers_do_not_show_themselves() -> None:
    assert "138" not in repr(BUYER)
    assert "gmail" not in str(BUYER)
