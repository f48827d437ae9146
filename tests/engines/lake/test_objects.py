from __future__ import annotations

import errno
import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from engines.lake.buckets import HASTY, KEYS, PATIENT, Fault, lake_in
from engines.lake.test_files import CLICKS, File
from hongmao.engines.lake.address import LakeAddress
from hongmao.engines.lake.cache import FileCache
from hongmao.engines.lake.errors import LakeCacheFull, LakeStoreFailed
from hongmao.engines.lake.objects import ObjectFiles
from hongmao.events.api import LakeDamaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engines.lake.buckets import Store

MANIFEST = "manifest.json"


def act(files: ObjectFiles, name: str) -> object:
    acts: dict[str, Callable[[], object]] = {
        "manifest": files.manifest,
        "swap": lambda: files.swap(b"manifest", seen=None),
        "get": lambda: files.get(CLICKS),
        "put": lambda: files.put(CLICKS, b"clicks"),
        "names": lambda: list(files.names()),
        "remove": lambda: files.remove([CLICKS]),
        "hold": lambda: files.hold([File(CLICKS, b"clicks")]).__enter__(),
    }
    return acts[name]()


METHODS = {
    "manifest": "GET",
    "swap": "PUT",
    "get": "GET",
    "put": "PUT",
    "names": "GET",
    "remove": "POST",
    "hold": "GET",
}


@pytest.mark.parametrize("name", METHODS)
def test_what_is_not_permitted_is_said_without_the_keys(store: Store, tmp_path: Path, name: str) -> None:
    files = lake_in(store, tmp_path)
    store.faults.append(Fault(METHODS[name], "", "denied", times=99))
    with pytest.raises(LakeStoreFailed) as caught:
        act(files, name)
    said = f"{caught.value} {caught.value.message('zh')} {caught.value!r} {caught.value.__cause__!r}"
    assert "permission denied" in str(caught.value)
    assert files.where in str(caught.value)
    assert not any(key in said for key in (KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"]))


@pytest.mark.parametrize("name", [name for name in METHODS if name != "remove"])
def test_a_bucket_that_is_not_there_is_named(store: Store, tmp_path: Path, name: str) -> None:
    files = lake_in(store, tmp_path, bucket="nobody-made-it")
    with pytest.raises(LakeStoreFailed, match="there is no bucket nobody-made-it"):
        act(files, name)


@pytest.mark.parametrize("name", ["manifest", "get", "put", "names", "hold"])
def test_what_may_be_asked_again_is_asked_again(store: Store, tmp_path: Path, name: str) -> None:
    files = lake_in(store, tmp_path)
    files.put(CLICKS, b"clicks")
    fault = Fault(METHODS[name], "", "slow_down", times=PATIENT.tries - 1)
    store.faults.append(fault)
    act(files, name)
    assert fault.met == PATIENT.tries - 1


@pytest.mark.parametrize("name", ["manifest", "get", "put", "names", "hold"])
def test_tries_are_bounded(store: Store, tmp_path: Path, name: str) -> None:
    files = lake_in(store, tmp_path)
    fault = Fault(METHODS[name], "", "slow_down", times=99)
    store.faults.append(fault)
    with pytest.raises(LakeStoreFailed, match="status 503"):
        act(files, name)
    assert fault.met == PATIENT.tries


def test_a_swap_is_asked_once(store: Store, tmp_path: Path) -> None:
    files = lake_in(store, tmp_path)
    fault = Fault("PUT", MANIFEST, "slow_down", times=99)
    store.faults.append(fault)
    with pytest.raises(LakeStoreFailed, match="status 503, SlowDown"):
        files.swap(b"first", seen=None)
    assert fault.met == 1


@pytest.mark.parametrize("name", ["manifest", "swap", "get", "put", "names"])
def test_a_store_that_says_nothing_is_not_waited_for_for_ever(store: Store, tmp_path: Path, name: str) -> None:
    files = lake_in(store, tmp_path, patience=HASTY)
    store.faults.append(Fault(METHODS[name], "", "silence", times=99))
    with pytest.raises(LakeStoreFailed, match="no answer"):
        act(files, name)


def nobody() -> str:
    """Give an address of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.usefixtures("store")
def test_a_store_that_nobody_serves_is_said(tmp_path: Path) -> None:
    address = LakeAddress.read(f"s3://bucket/lake?endpoint={nobody()}")
    files = ObjectFiles(address, tmp_path / "lake", tmp_path / "cache", patience=PATIENT)
    with pytest.raises(LakeStoreFailed, match=r"s3://bucket/lake cannot be used \(no answer\)"):
        files.manifest()


def test_that_there_are_no_keys_is_said(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", nobody())
    files = lake_in(store, tmp_path, patience=PATIENT)
    with pytest.raises(LakeStoreFailed, match="there are no keys in AWS_"):
        files.manifest()


def test_a_swap_whose_answer_was_lost_is_found_by_reading(store: Store, tmp_path: Path) -> None:
    files = lake_in(store, tmp_path)
    store.faults.append(Fault("PUT", MANIFEST, "lost"))
    with pytest.raises(LakeStoreFailed):
        files.swap(b"ours", seen=None)
    seen = files.manifest()
    assert seen is not None
    assert seen.data == b"ours"


def test_half_an_upload_is_never_seen(store: Store, tmp_path: Path) -> None:
    files = lake_in(store, tmp_path)
    host, port = store.host.split(":")
    bucket = files.where.removeprefix("s3://").partition("/")[0]
    with socket.create_connection((host, int(port))) as half:
        head = f"PUT /{bucket}/hongmao/lake/{CLICKS} HTTP/1.1\r\nHost: {store.host}\r\nContent-Length: 1000\r\n\r\n"
        half.sendall(head.encode() + b"x" * 500)
        half.shutdown(socket.SHUT_WR)
        while half.recv(4096):
            pass
    assert list(files.names()) == []
    with pytest.raises(LakeDamaged, match="it is missing"):
        files.get(CLICKS)


@pytest.mark.parametrize("how", ["flip", "cut"])
def test_what_turned_on_the_way_is_fetched_again(store: Store, tmp_path: Path, how: str) -> None:
    files = lake_in(store, tmp_path)
    clicks = File(CLICKS, b"clicks" * 1_000)
    files.put(CLICKS, clicks.data)
    fault = Fault("GET", CLICKS, how)
    store.faults.append(fault)
    with files.hold([clicks]) as (path,):
        assert path.read_bytes() == clicks.data
    assert fault.met == 1


@pytest.mark.parametrize("left", [b"clickt" * 1_000, b"clicks" * 999, b""])
def test_what_turned_in_the_store_is_named_and_never_kept(store: Store, tmp_path: Path, left: bytes) -> None:
    files = lake_in(store, tmp_path)
    clicks = File(CLICKS, b"clicks" * 1_000)
    files.put(CLICKS, left)
    with pytest.raises(LakeDamaged, match=r"000000000001-000000000002\.parquet is damaged \(its checksum"):
        files.open(clicks)
    assert [path for path in (tmp_path / "lake-cache").rglob("*") if path.is_file()] == []


def test_a_copy_is_fetched_once_and_again_when_it_is_gone_or_short(store: Store, tmp_path: Path) -> None:
    files = lake_in(store, tmp_path)
    clicks = File(CLICKS, b"clicks")
    files.put(CLICKS, clicks.data)
    store.asked.clear()
    for spoil in (None, lambda path: path.unlink(), lambda path: path.write_bytes(b"cl"), None):
        with files.hold([clicks]) as (path,):
            assert path.read_bytes() == b"clicks"
        if spoil is not None:
            spoil(path)
    assert len(store.asked) == 3


def test_a_manifest_is_believed_for_a_moment_and_then_asked_for(store: Store, tmp_path: Path) -> None:
    now = [0.0]
    writer = lake_in(store, tmp_path / "writer")
    address = LakeAddress.read(f"{writer.where}?endpoint={store.endpoint}")
    looker = ObjectFiles(address, tmp_path / "lake", tmp_path / "cache", fresh_s=1, clock_s=lambda: now[0])
    first = writer.swap(b"first", seen=None)
    assert looker.tag() == first
    second = writer.swap(b"second", seen=first)
    store.asked.clear()
    now[0] = 0.9
    assert (looker.tag(), store.asked) == (first, [])
    now[0] = 1.0
    assert (looker.tag(), len(store.asked)) == (second, 1)
    # Our own swap is known at once.
    third = looker.swap(b"third", seen=second)
    assert (looker.tag(), len(store.asked)) == (third, 2)


class Shelf:
    """What a store would give, and how often it was asked."""

    def __init__(self, *sizes: int) -> None:
        self.files = [
            File(f"events/day=2025-05-07/kind=click/{n}.parquet", bytes([n]) * s) for n, s in enumerate(sizes)
        ]
        self.asked: list[str] = []

    def fetch(self, path: str) -> bytes:
        self.asked.append(path)
        return next(file.data for file in self.files if file.path == path)


def kept(folder: Path) -> list[str]:
    return sorted(path.name.partition(".")[0] for path in folder.rglob("*.parquet"))


def use(cache: FileCache, file: File, *, at: int) -> None:
    """Use a copy at a second of an imagined clock: the order of uses must not hang on the machine's."""
    with cache.hold([file]) as (path,):
        pass
    os.utime(path, (at, at))


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    shelf = Shelf(40, 40, 40)
    cache = FileCache(tmp_path, shelf.fetch, bytes_max=100)
    use(cache, shelf.files[0], at=1)
    use(cache, shelf.files[1], at=2)
    use(cache, shelf.files[0], at=3)
    use(cache, shelf.files[2], at=4)
    assert kept(tmp_path) == ["0", "2"]
    assert len(shelf.asked) == 3


def test_what_is_held_stays_and_what_does_not_fit_beside_it_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(60, 30, 30)
    cache = FileCache(tmp_path, shelf.fetch, bytes_max=100)
    with cache.hold([shelf.files[0]]) as (held,):
        use(cache, shelf.files[1], at=1)
        use(cache, shelf.files[2], at=2)  # older than what is held, and yet it is the other that goes
        assert kept(tmp_path) == ["0", "2"]
        with pytest.raises(LakeCacheFull, match="120 bytes that are needed"), cache.hold(shelf.files):
            pytest.fail("it does not fit")
        assert held.read_bytes() == shelf.files[0].data
    with cache.hold(shelf.files[1:]):
        assert kept(tmp_path) == ["0", "1", "2"] or kept(tmp_path) == ["1", "2"]


def test_a_full_disk_is_cleared_once_and_then_said(tmp_path: Path) -> None:
    shelf = Shelf(40, 40)
    full = [False]

    def write(path: Path, data: bytes) -> None:
        if full[0] and any(tmp_path.rglob("*.parquet")):
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(data)

    cache = FileCache(tmp_path, shelf.fetch, bytes_max=1_000, write=write)
    use(cache, shelf.files[0], at=1)
    full[0] = True
    use(cache, shelf.files[1], at=2)
    assert kept(tmp_path) == ["1"]
    with (
        cache.hold([shelf.files[1]]),
        pytest.raises(LakeCacheFull, match="No space left"),
        cache.hold([shelf.files[0]]),
    ):
        pytest.fail("there was no room")
    assert kept(tmp_path) == ["1"]


def test_a_draft_of_a_process_that_died_counts_and_goes(tmp_path: Path) -> None:
    shelf = Shelf(60)
    (tmp_path / ".1.parquet.77-1.draft").write_bytes(b"x" * 50)
    cache = FileCache(tmp_path, shelf.fetch, bytes_max=100)
    use(cache, shelf.files[0], at=1)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_no_draft_is_left_where_writing_fails(tmp_path: Path) -> None:
    shelf = Shelf(60)
    cache = FileCache(tmp_path, shelf.fetch, bytes_max=10_000)
    folder = tmp_path / "events/day=2025-05-07/kind=click"
    with cache.hold(shelf.files) as (path,):
        pass
    path.unlink()
    path.mkdir()  # a name that cannot be taken
    with pytest.raises(OSError, match="directory"), cache.hold(shelf.files):
        pytest.fail("it cannot be written")
    assert [left.name for left in folder.iterdir()] == [path.name]


def test_a_glance_waits_for_nobody_and_has_the_manifest_looked_after(store: Store, tmp_path: Path) -> None:
    writer = lake_in(store, tmp_path / "writer")
    address = LakeAddress.read(f"{writer.where}?endpoint={store.endpoint}")
    now = [0.0]
    looker = ObjectFiles(
        address, tmp_path / "lake", tmp_path / "cache", patience=PATIENT, fresh_s=1, clock_s=lambda: now[0]
    )
    assert looker.glance() is None, "there is none yet, and the first look asked"
    first = writer.swap(b"first", seen=None)
    assert _tag(looker) == first
    second = writer.swap(b"second", seen=first)
    silence = Fault("GET", MANIFEST, "silence", times=99)
    store.faults.append(silence)
    now[0] = 10
    # The store says nothing; whoever glances has his answer.
    assert [_tag(looker) for _ in range(3)] == [first] * 3
    silence.over.set()  # those who look after the manifest hear that there is no answer
    _settled()
    assert silence.met
    store.recover()
    now[0] = 20
    assert _tag(looker) == first
    _settled()
    assert _tag(looker) == second


def test_a_store_that_has_just_not_answered_is_left_alone_for_a_moment(store: Store, tmp_path: Path) -> None:
    writer = lake_in(store, tmp_path / "writer")
    first = writer.swap(b"first", seen=None)
    now = [0.0]
    address = LakeAddress.read(f"{writer.where}?endpoint={store.endpoint}")
    looker = ObjectFiles(
        address, tmp_path / "lake", tmp_path / "cache", patience=PATIENT, fresh_s=1, clock_s=lambda: now[0]
    )
    store.faults.append(Fault("GET", MANIFEST, "denied"))
    store.asked.clear()
    for now[0] in (0.0, 1.0, 4.9):
        with pytest.raises(LakeStoreFailed, match="permission denied"):
            looker.manifest()
    assert len(store.asked) == 1
    now[0] = 5.0
    assert _tag(looker) == first


def _tag(files: ObjectFiles) -> str | None:
    seen = files.glance()
    return None if seen is None else seen.tag


def _settled() -> None:
    """Wait for whoever looks after a manifest."""
    for thread in threading.enumerate():
        if thread.name == "lake-glance":
            thread.join(PATIENT.all_s)
