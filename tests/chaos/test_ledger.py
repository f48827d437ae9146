"""The book of acks: written before the next request, read whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hongmao.chaos.errors import LedgerTorn
from hongmao.chaos.ledger import Ledger, read

if TYPE_CHECKING:
    from pathlib import Path


def test_a_line_is_in_the_file_before_the_next_request(tmp_path: Path) -> None:
    with Ledger(tmp_path, "c1") as book:
        book.acked("event", ["e-1", "e-2"])
        assert read(tmp_path) == {("event", "e-1"), ("event", "e-2")}
        book.acked("tap", ["t-1"])
        assert (tmp_path / "c1.acked").read_text() == "event e-1\nevent e-2\ntap t-1\n"
        assert book.lines == 3


def test_all_books_count_and_what_was_acked_twice_counts_once(tmp_path: Path) -> None:
    with Ledger(tmp_path, "c1") as one, Ledger(tmp_path, "c2") as other:
        one.acked("event", ["e-1"])
        other.acked("event", ["e-1"])
        other.acked("return", ["e-1"])
        other.acked("event", [])
    assert read(tmp_path) == {("event", "e-1"), ("return", "e-1")}


def test_two_clients_never_share_a_book(tmp_path: Path) -> None:
    with Ledger(tmp_path, "c1"), pytest.raises(FileExistsError):
        Ledger(tmp_path, "c1")


def test_a_torn_book_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "c1.acked").write_text("event e-1\nevent e-")
    with pytest.raises(LedgerTorn, match="not whole"):
        read(tmp_path)
