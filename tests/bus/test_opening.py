"""One door to every log: what a deployment's setting opens, for its owner, for others on the machine, and to look only."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import pytest

from bus.log_conformance import PATIENCE_S, everything, ids, keep
from events.strategies import read_note
from hongmao.bus.errors import ClusterUnfit, LogAddressUnreadable
from hongmao.bus.nats.address import NatsAddress
from hongmao.bus.nats.cluster import Cluster
from hongmao.bus.opening import open_log
from hongmao.events.api import Kept, LogBusy, LogClosed

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = (f"life-{count}" for count in itertools.count())


def name() -> str:
    return next(_NAMES)


def test_the_embedded_log_is_owned_joined_and_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    owner = open_log("", path, read_only=False, new_writer=name)
    joined = open_log("", path, read_only=False, may_own=False, new_writer=name)
    look = open_log("", path, read_only=True, new_writer=name)
    assert keep(joined, read_note(1)) == (Kept(1, duplicate=False),)
    assert ids(everything(look)) == [read_note(1).event_id]
    with pytest.raises(LogClosed):
        keep(look, read_note(2))
    for log in (look, joined, owner):
        log.close()


def test_a_log_on_a_cluster_is_owned_joined_and_looked_at_and_met_from_another_home(tmp_path: Path) -> None:
    with Cluster(tmp_path / "cluster") as cluster:
        cluster.start()
        cluster.wait_ready()
        url = f"{cluster.address}/HONGMAO"
        here, there = tmp_path / "here" / "log.sqlite", tmp_path / "there" / "log.sqlite"
        owner = open_log(url, here, read_only=False, new_writer=name)
        joined = open_log(url, here, read_only=False, may_own=False, new_writer=name)
        other = open_log(url, there, read_only=False, new_writer=name)
        with pytest.raises(LogBusy):
            open_log(url, here, read_only=False, new_writer=name)

        assert keep(joined, read_note(1)) == (Kept(1, duplicate=False),)
        assert keep(other, read_note(1), read_note(2)) == (Kept(1, duplicate=True), Kept(2, duplicate=False))
        assert owner.wait(after=1, timeout_s=PATIENCE_S)
        look = open_log(url, here, read_only=True, new_writer=name)
        assert ids(everything(look)) == ids(everything(other)) == [read_note(1).event_id, read_note(2).event_id]
        for log in (look, joined, other, owner):
            log.close()
        # Nobody serves now: who looks catches up by itself.
        alone = open_log(url, tmp_path / "third" / "log.sqlite", read_only=True, new_writer=name)
        assert alone.end() == 2
        alone.close()


def test_where_the_client_is_not_installed_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "hongmao.bus.nats.log", raising=False)
    monkeypatch.setitem(sys.modules, "nats.errors", None)
    with pytest.raises(ClusterUnfit, match=r"is not installed; install hongmao\[nats\]"):
        open_log("nats://127.0.0.1:1", tmp_path / "log.sqlite", read_only=False, new_writer=name)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kafka://a:1", "does not begin with nats://"),
        ("nats://", "is no host:port"),
        ("nats://a", "is no host:port"),
        ("nats://a:0", "is no host:port"),
        ("nats://a:65536", "is no host:port"),
        ("nats://a:1,,b:2", "is no host:port"),
        ("nats://u:p@a:1", "is no host:port"),
        ("nats://a:1/two words", "is no name of a stream"),
        ("nats://a:1/a.b", "is no name of a stream"),
        ("nats://a:1/S?replicas=2", "replicas is 1, 3 or 5"),
        ("nats://a:1/S?replicas=", "replicas is 1, 3 or 5"),
        ("nats://a:1/S?copies=3", "no option 'copies'"),
    ],
)
def test_an_address_that_is_none_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(LogAddressUnreadable, match=why):
        open_log(text, tmp_path / "log.sqlite", read_only=False, new_writer=name)


def test_an_address_names_servers_stream_and_copies() -> None:
    assert NatsAddress.read("nats://a:1") == NatsAddress(("a:1",), "HONGMAO", 3)
    whole = NatsAddress.read("nats://n1.example:4222,10.0.0.2:4222,[::1]:4223/CITY?replicas=5")
    assert whole == NatsAddress(("n1.example:4222", "10.0.0.2:4222", "[::1]:4223"), "CITY", 5)
    assert whole.subject == "city.log"
