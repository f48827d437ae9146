from __future__ import annotations

import pytest

from hongmao.engines.lake.address import LakeAddress, names_lake, on_a_store
from hongmao.engines.lake.errors import LakeAddressUnreadable


def test_an_address_says_bucket_prefix_endpoint_region_and_what_may_be_kept() -> None:
    text = "s3://hongmao-lake/city/one?endpoint=http://127.0.0.1:9000/&region=cn-north-1&cache=512MiB"
    address = LakeAddress.read(text)
    assert address == LakeAddress("hongmao-lake", "city/one", "http://127.0.0.1:9000", "cn-north-1", 512 * 2**20)
    assert address.name == "s3://hongmao-lake/city/one"
    assert LakeAddress.read("s3://hongmao-lake") == LakeAddress("hongmao-lake")
    assert LakeAddress.read("s3://hongmao-lake/").name == "s3://hongmao-lake"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("oss://bucket/lake", "begin with s3://"),
        ("s3://", "a bucket has"),
        ("s3://UPPER/lake", "a bucket has"),
        ("s3://ab/lake", "a bucket has"),
        ("s3://bucket//lake", "a prefix has"),
        ("s3://bucket/../lake", "a prefix has"),
        ("s3://bucket/la ke", "a prefix has"),
        ("s3://bucket/湖", "a prefix has"),
        ("s3://bucket/lake?endpoint=ftp://host", "an endpoint is"),
        ("s3://bucket/lake?endpoint=http://host/path", "an endpoint is"),
        ("s3://bucket/lake?endpoint=http://host:99999", "an endpoint is"),
        ("s3://bucket/lake?endpoint=http://", "an endpoint is"),
        ("s3://bucket/lake?region=Nowhere!", "a region has"),
        ("s3://bucket/lake?cache=lots", "cache is a size"),
        ("s3://bucket/lake?cache=0GiB", "cache is a size"),
        ("s3://bucket/lake?secret=x", "no option 'secret'"),
        ("s3://bucket/lake?region=a&region=b", "stands twice"),
    ],
)
def test_what_is_no_address_is_said(text: str, why: str) -> None:
    with pytest.raises(LakeAddressUnreadable, match=why):
        LakeAddress.read(text)
    assert not names_lake(text)


@pytest.mark.parametrize(
    "text", ["s3://AKIA:hush-hush@bucket/lake", "s3://bucket/lake?endpoint=http://AKIA:hush-hush@host:9000"]
)
def test_keys_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(LakeAddressUnreadable) as caught:
        LakeAddress.read(text)
    assert "hush-hush" not in f"{caught.value} {caught.value!r} {caught.value.message('zh')}"


def test_all_else_is_a_folder() -> None:
    assert [names_lake(text) for text in ("", "lake", "/srv/lake", "~/lake", "C:/lake")] == [True] * 5
    assert not any(on_a_store(text) for text in ("", "lake", "/srv/lake"))
