"""Where a request comes from: whose word is believed, which addresses are one network, and that none is remembered."""

from __future__ import annotations

import gc
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hongmao.kernel.ids import ReaderId
from hongmao.web.edge.origin import Origins, device_of, read_trust

KEY = b"a key for tests"
PROXY = "127.0.0.1"


def origins(trust: str = "") -> Origins:
    networks = read_trust(trust)
    assert networks is not None
    return Origins(networks, KEY)


@pytest.mark.parametrize(
    "text", ["10.0.0.1/8", "nginx", "1.2.3", "10.0.0.0/33", "10.0.0.0/8,", "*", "10.0.0.0/8 fd00::/8", "::/129"]
)
def test_networks_that_are_none_are_refused(text: str) -> None:
    assert read_trust(text) is None


def test_networks_are_read() -> None:
    assert [str(one) for one in read_trust(" 127.0.0.1, 10.0.0.0/8,fd00::/8 ") or ()] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "fd00::/8",
    ]
    assert read_trust("") == ()
    assert read_trust(",".join(["10.0.0.0/8"] * 65)) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.2.3.4", "1.2.3.250", True),
        ("1.2.3.4", "1.2.4.4", False),
        ("1.2.3.4", "::ffff:1.2.3.9", True),
        ("2400:3200:1:2::1", "2400:3200:1:2:ffff::9", True),
        ("2400:3200:1:2::1", "2400:3200:1:3::1", False),
        ("1.2.3.4", "1.2.3.4:8080", True),
        ("2400:3200::1", "[2400:3200::1]:443", True),
    ],
)
def test_a_household_is_one_network(one: str, other: str, *, same: bool) -> None:
    assert origins().net_of(one) is not None
    assert (origins().net_of(one) == origins().net_of(other)) is same


@pytest.mark.parametrize(
    "peer", ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "100.64.0.1", "fe80::1", "fd00::1", "240.0.0.1", "", "unix", "1.2.3"]
)  # fmt: skip
def test_an_address_that_is_nobodys_in_public_is_no_network(peer: str) -> None:
    assert origins().net_of(peer) is None


@pytest.mark.parametrize(
    ("trust", "peer", "forwarded", "asked"),
    [
        ("", PROXY, "1.2.3.4", None),
        ("", "5.6.7.8", "1.2.3.4", "5.6.7.8"),
        ("127.0.0.1", "5.6.7.8", "1.2.3.4", "5.6.7.8"),
        ("127.0.0.1", PROXY, "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", PROXY, None, None),
        ("127.0.0.1", PROXY, "", None),
        # Whatever the client wrote stands on the left, and is not believed.
        ("127.0.0.1", PROXY, "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", PROXY, "1.2.3.4, 9.9.9.9, 127.0.0.1", "9.9.9.9"),
        ("127.0.0.1,10.0.0.0/8", PROXY, "9.9.9.9, 1.2.3.4, 10.1.1.1", "1.2.3.4"),
        ("127.0.0.1", PROXY, "1.2.3.4, 10.1.1.1", None),
        ("127.0.0.1", PROXY, "1.2.3.4, nonsense", None),
        ("127.0.0.1", PROXY, "1.2.3.4,", None),
        ("127.0.0.1", PROXY, "127.0.0.1, 127.0.0.1", None),
        ("127.0.0.1", PROXY, "1.2.3.4:5678", "1.2.3.4"),
        ("127.0.0.1", PROXY, "[2400:3200::1]:443", "2400:3200::1"),
        ("::1", "::1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", PROXY, "9.9.9.9, " * 5_000 + "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", PROXY, "9.9.9.9" + ", 127.0.0.1" * 20, None),
    ],
)
def test_only_the_right_most_address_that_no_trusted_proxy_has_is_who_asked(
    trust: str, peer: str, forwarded: str | None, asked: str | None
) -> None:
    found = origins(trust)
    scope = {"client": (peer, 5)}
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    for _ in range(2):  # the second time it is remembered by its hash
        assert found.whence(scope, headers, None).net == (None if asked is None else origins().net_of(asked))


def test_a_request_from_nowhere_has_no_network() -> None:
    assert origins().whence({"client": None}, {}, None) == (None, None)


def test_a_device_is_its_reader_or_a_browser_in_a_network_and_never_a_browser_alone() -> None:
    one, other = origins().agent("Chrome/124"), origins().agent("Firefox/125")
    net = origins().net_of("1.2.3.4")
    assert device_of(ReaderId("r_lin"), one, net) == "r_lin"
    assert device_of(None, one, net) != device_of(None, other, net)
    assert device_of(None, one, net) == device_of(None, one, origins().net_of("1.2.3.99"))
    assert device_of(None, one, None) is None


def test_no_address_is_remembered_and_no_other_process_makes_the_same_hash() -> None:
    found = origins("127.0.0.1")
    scope = {"client": (PROXY, 5)}
    for n in range(100):
        found.whence(scope, {"x-forwarded-for": f"1.2.{n}.77", "user-agent": "Chrome/124"}, None)
    gc.collect()
    held = pickle.dumps({name: value for name, value in vars(found).items() if name not in {"_hasher", "_trust"}})
    assert b"1.2." not in held
    assert len(found._known) == 100
    assert Origins().net_of("1.2.3.4") != Origins().net_of("1.2.3.4")


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_sent_is_an_answer_and_no_fault(peer: str, forwarded: str) -> None:
    origins("127.0.0.1").whence({"client": (peer, 5)}, {"x-forwarded-for": forwarded, "user-agent": forwarded}, None)
    origins("127.0.0.1").whence({"client": (PROXY, 5)}, {"x-forwarded-for": forwarded}, None)
