"""What notes are said to be, where it is kept: the last word counts, and what was let go without a label stays written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from hongmao.community.marks import NoteKind, NoteMark
from hongmao.kernel.ids import NoteId
from hongmao.storage.marks import SqlMarks
from hongmao.storage.revisions import CATALOG, revision
from storage.opened import ALLIANCE_DAY, ROOT, house
from storage.test_link_changes import write

ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgres"])
ONE = NoteId("n")
MARK = NoteMark(note=ONE, kind=NoteKind.HEALTH, ai=False, by="admin", at_ms=ALLIANCE_DAY)


@ENGINES
def test_the_last_word_on_a_note_counts_and_feeds_look_again(engine: str) -> None:
    with house(engine) as city:
        city.catalog.add_creator(ROOT, name="达人", id="c")
        city.catalog.add_note(ROOT, creator="c", type="picture", title="x", body="", topic="x", cover="c", id="n")
        marks = SqlMarks(city.database)
        assert marks.marks() == {}
        before = revision(city.database, CATALOG)
        marks.set_mark(MARK)
        later = replace(MARK, kind=NoteKind.OTHER, ai=True, at_ms=ALLIANCE_DAY + 1)
        marks.set_mark(later)
        assert marks.marks() == {ONE: later}
        assert revision(city.database, CATALOG) == before + 2


@ENGINES
def test_LABEL_9_a_copy_that_was_let_go_without_its_label_is_never_forgotten(engine: str) -> None:
    with house(engine) as city:
        city.catalog.add_creator(ROOT, name="达人", id="c")
        city.catalog.add_note(ROOT, creator="c", type="picture", title="x", body="", topic="x", cover="c", id="n")
        marks = SqlMarks(city.database)
        first, second = (marks.grant_copy(ONE, why, "admin", ALLIANCE_DAY) for why in ("contract 7", "contract 8"))
        for act in ("UPDATE ai_copy_grants SET why = 'x'", "DELETE FROM ai_copy_grants"):
            with pytest.raises(DBAPIError, match="append-only"):
                write(city.database, act)
        assert marks.copies(ONE) == [first, second]
        assert (first.why, second.number) == ("contract 7", first.number + 1)
        assert marks.copies(NoteId("other")) == []
