"""`LakeFiles` in a bucket of an S3-compatible store, by obstore; copies on this machine for engines that read folders.

The manifest is swapped by a conditional put: create-only where there was none, else by the ETag of the one that was seen
(RFC 9110 §13.1, https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). A data file is one put of
its own, never a multipart upload, so the store shows it whole or not at all.
"""

from __future__ import annotations

import math
import re
import threading
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotModifiedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from hongmao.engines.lake.cache import FileCache
from hongmao.engines.lake.errors import LakeStoreFailed
from hongmao.engines.lake.files import EVENTS, LOCK, MANIFEST, MISSING, Overtaken, Seen
from hongmao.events.api import LakeBusy, LakeDamaged
from hongmao.events.disk import WriterLock, make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from hongmao.engines.lake.address import LakeAddress
    from hongmao.engines.lake.files import Stored

FRESH_S: Final = 1.0  # how long a manifest is believed before the store is asked whether there is a newer one
REST: Final = 5  # times as long a store that has not answered is left alone: a page in each thread would wait for it
DELETES: Final = 1_000  # names of one request: what S3 allows
NO_BUCKET: Final = "NoSuchBucket"
_CODE: Final = re.compile(r"<Code>([A-Za-z]+)</Code>")
_NO_TAG: Final = "it gives no ETag, so it cannot tell two writers apart"
_METADATA: Final = "/latest/api/token"
_STATUS: Final = re.compile(r"status code: (\d{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the store is waited for."""

    tries: int = 5
    """For a request that may be repeated; a swap of the manifest has one."""
    answer_s: float = 15
    """For a connection, and for bytes to come."""
    whole_s: float = 120
    """For an answer with all its bytes."""
    all_s: float = 45
    """After which no further try is begun."""

    def client(self) -> dict[str, Any]:
        """Say it as obstore's options of a client."""
        answer, whole = timedelta(seconds=self.answer_s), timedelta(seconds=self.whole_s)
        return {"connect_timeout": answer, "read_timeout": answer, "timeout": whole}

    def repeats(self, tries: int) -> dict[str, Any]:
        """Say it as obstore's options of retries."""
        pauses = {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2}
        return {"max_retries": tries - 1, "retry_timeout": timedelta(seconds=self.all_s), "backoff": pauses}


PATIENCE: Final = Patience()


@dataclass(frozen=True, slots=True)
class _Known:
    """A manifest, and when it was last sure to be the newest."""

    at_s: float
    seen: Seen


class ObjectFiles:
    """Implements `LakeFiles`. Keys come from the environment (AWS_ACCESS_KEY_ID, …) and are told to nobody."""

    claimed = True

    def __init__(
        self,
        address: LakeAddress,
        folder: Path,
        cache: Path,
        *,
        patience: Patience = PATIENCE,
        fresh_s: float = FRESH_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Work in a bucket, which must exist; `folder` has what stays on this machine, `cache` copies of data files."""
        self._address = address
        self._folder = folder
        self._fresh_s = fresh_s
        self._clock_s = clock_s
        self._turn = threading.Lock()
        self._asking = threading.Lock()  # one asks, all hear
        self._known: _Known | None = None
        self._swaps = 0
        self._glancing = False
        self._refused: tuple[float, LakeStoreFailed] | None = None
        self._store = _opened(address, patience, patience.tries)
        # A conditional put whose answer was lost must not be tried again: the second try would contradict the first.
        self._once = _opened(address, patience, 1)
        self._cache = FileCache(cache, self.get, bytes_max=address.cache_bytes)

    @property
    def where(self) -> str:
        """Name the lake by its bucket and prefix."""
        return self._address.name

    @property
    def folder(self) -> Path:
        """Say where derived tables lie: always on this machine."""
        return self._folder

    @property
    def folders(self) -> tuple[Path, ...]:
        """Say that derived tables and copies may be read."""
        return (self._folder, self._cache.folder)

    def lock(self) -> WriterLock:
        """Keep a second writer of this home away; those of others are told apart by their claims."""
        make_folder(self._folder)
        return WriterLock(self._folder / LOCK, of=self._folder, busy=LakeBusy)

    def manifest(self) -> Seen | None:
        """Read the manifest, or trust the one that was read a moment ago; so is a store that has just not answered."""
        with self._asking:
            now = self._clock_s()
            with self._turn:
                known, swaps = self._known, self._swaps
            if known is not None and now - known.at_s < self._fresh_s:
                return known.seen
            if self._refused is not None and now - self._refused[0] < REST * self._fresh_s:
                raise self._refused[1]
            try:
                seen = self._newer(None if known is None else known.seen)
            except LakeStoreFailed as error:
                self._refused = (self._clock_s(), error)
                raise
            self._refused = None
            with self._turn:
                if swaps == self._swaps:  # else what we have swapped in since is the newer one
                    self._known = None if seen is None else _Known(now, seen)
            return seen

    def glance(self) -> Seen | None:
        """Give the manifest that was last seen, at once, and have it looked after meanwhile; the first look waits."""
        with self._turn:
            known = self._known
            if known is None or self._clock_s() - known.at_s < self._fresh_s or self._glancing:
                looks = False
            else:
                looks = self._glancing = True
        if known is None:
            return self.manifest()
        if looks:
            threading.Thread(target=self._look_after, name="lake-glance", daemon=True).start()
        return known.seen

    def tag(self) -> str | None:
        """Give the ETag of the manifest."""
        seen = self.manifest()
        return None if seen is None else seen.tag

    def swap(self, data: bytes, *, seen: str | None) -> str:
        """Put a manifest where there is the one that was seen, or none.

        Asked once: where the answer is lost (`LakeStoreFailed`), only reading again tells what came of it.
        """
        with self._turn:
            self._swaps += 1
            if self._known is not None:
                self._known = replace(self._known, at_s=-math.inf)  # to be asked for, whatever comes of this
        mode: Any = "create" if seen is None else {"e_tag": seen}
        try:
            put = obstore.put(self._once, MANIFEST, data, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError) as error:
            raise Overtaken from error
        except (BaseError, OSError) as error:
            # 409: the store saw two conditional puts at once and did not do ours.
            if _status(error) == "409":
                raise Overtaken from error
            raise self._failed(error) from None
        tag = put["e_tag"]
        if tag is None:
            raise LakeStoreFailed(path=self.where, why=_NO_TAG)
        with self._turn:
            self._swaps += 1
            self._known = _Known(self._clock_s(), Seen(data, tag))
            self._refused = None
        return tag

    def get(self, path: str) -> bytes:
        """Fetch an object."""
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except FileNotFoundError as error:
            if _code(error) == NO_BUCKET:
                raise self._failed(error) from None
            raise LakeDamaged(path=path, why=MISSING) from None
        except (BaseError, OSError) as error:
            raise self._failed(error) from None

    def put(self, path: str, data: bytes) -> None:
        """Put an object; durable on return. Its name bears our claim, so putting it again puts the same."""
        try:
            obstore.put(self._store, path, data, use_multipart=False)
        except (BaseError, OSError) as error:
            raise self._failed(error) from None

    def settle(self, paths: Iterable[str]) -> None:
        """Nothing is left to do: an object that was put is durable, name and all."""

    def remove(self, paths: Iterable[str]) -> None:
        """Delete objects."""
        named = sorted(paths)
        try:
            for start in range(0, len(named), DELETES):
                obstore.delete(self._store, named[start : start + DELETES])
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise self._failed(error) from None

    def clear(self) -> None:
        """Delete every object of the lake but the manifest."""
        self.remove(self.names())

    def names(self) -> Iterator[str]:
        """List the objects of the lake."""
        try:
            for chunk in obstore.list(self._store, EVENTS):
                for found in chunk:
                    yield found["path"]
        except (BaseError, OSError) as error:
            raise self._failed(error) from None

    def open(self, file: Stored) -> IO[bytes]:
        """Open a copy of a data file."""
        return self._cache.open(file)

    def hold(self, files: Sequence[Stored]) -> AbstractContextManager[list[Path]]:
        """Have copies of data files."""
        return self._cache.hold(files)

    def _look_after(self) -> None:
        try:
            self.manifest()
        except LakeStoreFailed:
            return  # whoever needs the newest hears of it
        finally:
            with self._turn:
                self._glancing = False

    def _newer(self, known: Seen | None) -> Seen | None:
        options: Any = {} if known is None else {"if_none_match": known.tag}
        try:
            found = obstore.get(self._store, MANIFEST, options=options)
            tag = found.meta["e_tag"]
            data = bytes(found.bytes())
        except NotModifiedError:
            return known
        except FileNotFoundError as error:
            if _code(error) == NO_BUCKET:
                raise self._failed(error) from None
            return None
        except (BaseError, OSError) as error:
            raise self._failed(error) from None
        if tag is None:
            raise LakeStoreFailed(path=self.where, why=_NO_TAG)
        return Seen(data, tag)

    def _failed(self, error: Exception) -> LakeStoreFailed:
        return LakeStoreFailed(path=self.where, why=_why(error, self._address))


def _opened(address: LakeAddress, patience: Patience, tries: int) -> S3Store:
    client: Any = {**patience.client(), "allow_http": address.endpoint.startswith("http://")}
    config: Any = {name: value for name in ("endpoint", "region") if (value := getattr(address, name))}
    retries: Any = patience.repeats(tries)
    return S3Store(
        address.bucket, prefix=address.prefix or None, config=config, client_options=client, retry_config=retries
    )


def _code(error: Exception) -> str:
    found = _CODE.search(str(error))
    return found[1] if found else ""


def _status(error: Exception) -> str:
    found = _STATUS.search(str(error))
    return found[1] if found else ""


def _why(error: Exception, address: LakeAddress) -> str:
    """Say in a few words what the store said; its own text may be a page, and is nobody's to log."""
    code, status = _code(error), _status(error)
    if code == NO_BUCKET:
        return f"there is no bucket {address.bucket}"
    # Without keys the machine is asked for a role of its own, as on EC2; where it has none, there is nothing to sign with.
    if _METADATA in str(error) or (isinstance(error, UnauthenticatedError) and not status):
        return "there are no keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError) or status in {"401", "403"}:
        return f"permission denied{f', {code}' if code else ''}"
    if status:
        return f"status {status}{f', {code}' if code else ''}"
    return "no answer" if isinstance(error, BaseError) else type(error).__name__
