from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hongmao.bus.segments import frames

RECORDS = st.lists(st.binary(max_size=40), min_size=1, max_size=12)


@given(st.integers(1, 2**63), RECORDS)
def test_a_frame_says_what_is_in_it(first: int, records: list[bytes]) -> None:
    data = b"".join(frames.sealed(first, records))

    head = frames.head(data)
    assert head is not None
    assert (head.first, head.count, head.last) == (first, len(records), first + len(records) - 1)
    assert head.size == len(data)
    assert len(data) % frames.ALIGN == 0
    payload = data[frames.HEAD_BYTES : frames.HEAD_BYTES + head.payload_bytes]
    assert frames.proved(head, payload)
    assert payload.endswith(b"".join(records))


@given(RECORDS, st.data())
def test_no_flipped_bit_goes_unnoticed(records: list[bytes], data: st.DataObject) -> None:
    whole = bytearray(b"".join(frames.sealed(7, records)))
    head = frames.head(bytes(whole))
    assert head is not None
    covered = frames.HEAD_BYTES + head.payload_bytes  # zeros that fill up to eight bytes say nothing
    place = data.draw(st.integers(0, covered * 8 - 1), label="bit")
    whole[place // 8] ^= 1 << place % 8

    found = frames.head(bytes(whole))

    if found is not None:
        payload = bytes(whole)[frames.HEAD_BYTES : frames.HEAD_BYTES + found.payload_bytes]
        assert not frames.proved(found, payload)


def test_no_frame_begins_in_zeros_or_with_more_ends_than_bytes() -> None:
    assert frames.head(bytes(frames.HEAD_BYTES)) is None
    lying = bytearray(b"".join(frames.sealed(1, [b"record"])))
    lying[16:20] = (2**31).to_bytes(4, "little")
    assert frames.head(bytes(lying)) is None
