"""A rule set is a file: what cannot hold is refused with its line, and what it means has a name."""

from __future__ import annotations

import pytest

from eligibility.shops import categories, other_reading, ruleset
from hongmao.definitions.api import TomlRefused
from hongmao.eligibility.errors import ScoreUnreadable
from hongmao.eligibility.loading import IDS, alternative, read, shipped
from hongmao.kernel.errors import BadInput

V1 = next(one.text for one in shipped() if one.sort == "ruleset")
OPEN = next(one.text for one in shipped() if one.sort == "categories")

ANY = 'any = [{ score = "goods", at_least = "4" }]'
BROKEN = {
    "a float for a score": (V1, '"experience", at_least = "4.5"', '"experience", at_least = 4.5', "any = [", "any"),
    "a score above 5": (V1, '"experience", at_least = "4.5"', '"experience", at_least = "5.5"', 'at_least = "5.5"', "5.5"),
    "full-width digits": (V1, '"experience", at_least = "4.5"', '"experience", at_least = "４.5"', 'at_least = "４.5"', "４"),
    "a misspelt key": (V1, "grace_hours = 72", "grace_hour = 72", "grace_hour", "grace_hour"),
    "a score of no name": (V1, 'score = "experience"', 'score = "experiense"', "any = [", "experiense"),
    "a rule twice": (V1, 'id = "tmall"', 'id = "taobao"', '^2id = "taobao"', "taobao"),
    "a rule that asks and decides": (V1, 'outcome = "pass"', f'outcome = "pass"\n{ANY}', 'id = "in_site"', "in_site"),
    "rules nobody reaches": (V1, 'when = { platform = ["pdd"], badge = ["none"] }\n', "", 'id = "pdd_unbadged"', "pdd_unbadged"),
    "no rule for everybody else": (V1, '[[rule]]\nid = "not_covered"\noutcome = "manual"\n', "", 'id = "in_site"', "in_site"),
    "an empty when": (V1, 'when = { platform = ["xhs"] }', "when = {}", 'id = "in_site"', "in_site"),
    "a score and three": (V1, '{ score = "experience",', '{ score = "experience", all = ["goods"],', 'id = "taobao"', "taobao"),
    "another id": (V1, 'id = "seeding_direct"', 'id = "seeding_direkt"', "seeding_direkt", "seeding_direct"),
    "tobacco left out": (OPEN, '"烟草", ', "", "forbidden", "烟草"),
    "prescription drugs opened": (OPEN, '"大健康"]\n#', '"处方药"]\n#', "open = [", "处方药"),
    "open and forbidden at once": (OPEN, '"处方药"]', '"处方药", "大健康"]', "open = [", "大健康"),
    "no TOML": (V1, "version = 1", "version = ", "version = ", "TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_hold_is_refused_with_file_and_line(name: str) -> None:
    text, old, new, at, said = BROKEN[name]
    assert old in text
    broken = text.replace(old, new, 1)
    with pytest.raises((TomlRefused, ScoreUnreadable)) as caught:
        read(broken, file="draft.toml")
    assert isinstance(caught.value, BadInput)
    message = caught.value.message("zh")
    nth = 2 if at.startswith("^2") else 1
    places = [number for number, found in enumerate(broken.splitlines(), start=1) if at.removeprefix("^2") in found]
    assert f"draft.toml:{places[nth - 1]}" in message
    assert said in message or said in caught.value.message("en")


def test_words_for_people_change_no_meaning_and_the_bar_does() -> None:
    meaning = ruleset().fingerprint
    prose = V1.replace("The programme's first manual", "A manual").replace("# Shops that", "# Those that")
    assert prose != V1
    assert read(prose, file="x").document.fingerprint == meaning
    assert read(V1.replace('"4.5"', '"4.6"', 1), file="x").document.fingerprint != meaning
    assert read(V1.replace('"file"', '"page"', 1), file="x").document.fingerprint != meaning


def test_what_ships_is_what_shops_are_judged_by_and_the_other_reading_is_a_draft() -> None:
    assert {one.sort: one.document.id for one in shipped()} == IDS
    draft = other_reading()
    assert (draft.key, draft.supersedes) == ("seeding_direct.v2", "seeding_direct.v1")
    assert draft.key not in {one.document.key for one in shipped()}
    assert alternative("seeding_direct_pdd_all").count("official") >= 1
    assert [rule.id for rule in draft.rule if rule.id not in {one.id for one in ruleset().rule}] == ["pdd_unbranded"]


def test_the_first_categories_are_the_four_of_the_article() -> None:
    assert categories().open == ("美妆个护", "母婴亲子", "运动户外", "大健康")
