"""One text, two engines: what differs between their dialects gives the same rows all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

from hongmao.engines.lake.manifest import Manifest
from hongmao.engines.spark.dialect import to_spark
from hongmao.engines.spark.tables import Steps
from hongmao.events.api import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.engines.spark.session import Spark

# Starting Spark is part of whichever test comes first.

NASTY = ["a", "B", "b", "ab", "", "é", "红猫", "🦊", "z'z", "back\\slash", "${user.home}", "line\nbreak", None]
TABLE = pa.table(
    {
        "id": pa.array(range(len(NASTY)), pa.int64()),
        "name": NASTY,
        "whole": pa.array([-7, 7, -1, 0, None, 2**40, -(2**40), 3, 5, 5, 5, None, -7], pa.int64()),
        "kept": [True, False, None] * 4 + [True],
    }
)


@pytest.fixture(scope="module")
def steps(spark: Spark) -> Iterator[Steps]:
    steps = Steps(spark.session.newSession(), Manifest(), 0)
    steps.give("t", TABLE)
    yield steps
    steps.close()


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("select name from t order by name", {}),
        ("select name from t order by name desc", {}),
        ("select id, whole // 2 as half, whole % 2 as rest from t order by whole, id", {}),
        ("select id from t order by kept, whole desc, name", {}),
        ("select id, row_number() over (order by whole desc, name) as place from t order by id", {}),
        # A column goes before an alias of its name where rows are picked; the alias would pick another row.
        ("select id, cast(null as varchar) as name from t qualify row_number() over (order by name is null, name desc) = 1", {}),
        ("select coalesce(name, '?') as who from t qualify row_number() over (partition by who order by id) = 1 order by who", {}),
        ("select id from t where name = $name order by id", {"name": "${user.home}"}),
        ("select id from t where name = $name order by id", {"name": "z'z"}),
        ("select id from t where name = $name order by id", {"name": "back\\slash"}),
        ("select id from t where name = $name or $name is null order by id", {"name": None}),
        ("select id, $small * 4000000000 as large from t where $yes order by id", {"small": 3, "yes": True}),
        ("select id from t where name in (select unnest($names)) order by id", {"names": ["红猫", "🦊", "a"]}),
        (
            "select unnest($labels) as label, unnest($lengths) as length order by label",
            {"labels": ["7d", "24h"], "lengths": [604_800_000, None]},
        ),
        ("select concat_ws(',', name, null, 'x') as told, least(whole, 3) as less from t order by id", {}),
        ("select kept, count(*) filter (where id > 3) as n, cast(sum(whole) as bigint) as s from t group by kept order by 1", {}),
        ("select date '1970-01-01' + cast((id * 50000000) // 86400000 as integer) as day from t order by id", {}),
        ("select a.id, b.id as other from t as a join t as b on a.whole is not distinct from b.whole order by a.id, b.id", {}),
        ("with w as (select * exclude (kept) from t where id in (select id from t where kept)) select * from w order by id", {}),
    ],
)  # fmt: skip
def test_both_give_the_same_rows_in_the_same_order(steps: Steps, sql: str, params: dict[str, Any]) -> None:
    with duckdb.connect() as connection:
        connection.register("t", TABLE)
        expected = connection.sql(sql, params=params).to_arrow_table().to_pylist()
    assert steps.table(sql, params).to_pylist() == expected
    assert expected


def test_a_table_that_begins_with_an_empty_part_arrives_whole(steps: Steps) -> None:
    parts = pa.concat_tables([TABLE.schema.empty_table(), TABLE, TABLE.schema.empty_table(), TABLE])
    steps.give("parts", parts)
    assert steps.value("select count(*) as n from parts") == 2 * TABLE.num_rows
    steps.give("none", TABLE.schema.empty_table())
    assert steps.value("select count(*) as n from none") == 0


def test_values_are_bound_and_never_spelled() -> None:
    text, arguments = to_spark("select $a as a, $b as b", {"a": "'; drop table t; --", "b": [1, None]})
    assert "drop" not in text
    assert arguments == {"a": "'; drop table t; --", "b__0": 1, "b__1": None}


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("select 1; select 2", {}),
        ("drop table events", {}),
        ("insert into events values (1)", {}),
        ("selec", {}),
        ("select $a", {}),
        ("select $a", {"a": 1.5}),
        ("select $a", {"a": [1, "x"]}),
        ("select $a", {"a": object()}),
    ],
)
def test_what_is_no_select_or_binds_what_is_no_value_is_refused(sql: str, params: dict[str, Any]) -> None:
    with pytest.raises(QueryRefused):
        to_spark(sql, params)
