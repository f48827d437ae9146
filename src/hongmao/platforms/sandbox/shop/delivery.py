"""Delivery: the thread that posts what is due, signs every attempt afresh, and does not give up before an answer.

At least once: a row is settled only after the answer, so a crash in between sends it again and the receiver's dedupe
decides. 2xx is delivered; 5xx, 429, time-outs and broken connections are tried again; any other answer is final.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING

import urllib3

from hongmao.kernel.time import MINUTE_MS
from hongmao.platforms.sandbox.shop import posts, signer
from hongmao.platforms.sandbox.shop.book import Book
from hongmao.platforms.sandbox.shop.posts import Answer, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.kernel.clock import Clock
    from hongmao.platforms.sandbox.shop.posts import Post

log = logging.getLogger(__name__)

# Wall time between two looks at the book: the given clock may jump without telling anybody.
LOOK_EVERY_S = 0.02
CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 10.0
# An answer of 401 to a signature this old says that our clock ran on while the post was on its way.
SIGNATURE_FRESH_MS = 5 * MINUTE_MS
ANSWER_BYTES_MAX = 1024 * 1024
ACCEPTED = range(200, 300)
RETRIED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)})


class Delivery:
    """The delivery worker over a shop's book. `drain` does its work once, without the thread, at a given instant."""

    def __init__(self, *, db_path: Path, clock: Clock, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        """Open the book; nothing is sent before `start` or `drain`."""
        self._book = Book(db_path)
        self._clock = clock
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=read_timeout_s)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sandbox-shop-delivery", daemon=True)

    def start(self) -> None:
        """Begin to deliver in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the post on its way, then release the book."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._http.clear()
        self._book.close()

    def wake(self) -> None:
        """Look at the book at once: something was queued, or somebody waits."""
        self._wake.set()

    def drain(self, now_ms: int) -> int:
        """Post everything due at an instant; gives the number of posts made."""
        made = 0
        while not self._stopping.is_set() and self._deliver_next(now_ms):
            made += 1
        return made

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            if not self._try_next():
                self._wake.wait(LOOK_EVERY_S)

    def _try_next(self) -> bool:
        try:
            return self._deliver_next(self._clock.now_ms())
        except sqlite3.OperationalError:
            # The book is busy or the disk is full: whatever was not settled is still due at the next look.
            log.exception("the sandbox shop could not write its book")
            return False

    def _deliver_next(self, now_ms: int) -> bool:
        with self._book.reading() as sql:
            post = posts.next_due(sql, now_ms)
        if post is None:
            return False
        # Signed at the moment of the attempt, which may be later than the one that made it due.
        signed_at_ms = self._clock.now_ms()
        answer = self._post(post, signed_at_ms)
        with self._book.writing() as sql:
            posts.settle(sql, post, answer, now_ms=signed_at_ms)
        return True

    def _post(self, post: Post, signed_at_ms: int) -> Answer:
        secret = "not the secret" if post.part == "bad_signature" else post.secret
        headers = signer.headers(account=post.account, secret=secret, now_ms=signed_at_ms, body=post.body)
        try:
            response = self._http.request(
                "POST", post.webhook_url, body=post.body, headers=headers, redirect=False, preload_content=False
            )
            try:
                told = response.read(ANSWER_BYTES_MAX)
            finally:
                response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as broken:
            return Answer(verdict=_verdict_on(broken, post), status=None, detail=type(broken).__name__)
        return Answer(
            verdict=self._verdict(response.status, signed_at_ms=signed_at_ms),
            status=response.status,
            detail=told.decode(errors="replace"),
        )

    def _verdict(self, status: int, *, signed_at_ms: int) -> Verdict:
        if status in ACCEPTED:
            return Verdict.DELIVERED
        if status in RETRIED:
            return Verdict.RETRY
        clock_ran_on = self._clock.now_ms() - signed_at_ms > SIGNATURE_FRESH_MS
        return Verdict.AGAIN if status == HTTPStatus.UNAUTHORIZED and clock_ran_on else Verdict.REFUSED


def _verdict_on(broken: Exception, post: Post) -> Verdict:
    # A kept-alive connection that the receiver has closed meanwhile breaks at the first use, and only then.
    first_try = all(row.attempts == 0 for row in post.rows)
    return Verdict.AGAIN if isinstance(broken, urllib3.exceptions.ProtocolError) and first_try else Verdict.RETRY
