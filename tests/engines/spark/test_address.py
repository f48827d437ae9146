"""How an engine is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from hongmao.engines.spark.address import Address, names_spark, read_address
from hongmao.engines.spark.errors import EngineUnknown


@pytest.mark.parametrize(
    ("engine", "address"),
    [
        ("spark", Address(master="local[*]")),
        ("spark?cores=2&memory=512m", Address(master="local[2]", cores=2, memory="512m")),
        ("spark://10.0.0.5:7077", Address(master="spark://10.0.0.5:7077")),
        ("spark://a.example:7077,b.example:7077", Address(master="spark://a.example:7077,b.example:7077")),
        (
            "spark://host:7077?shared=/mnt/common&driver=me.example&memory=8g&cores=16",
            Address(master="spark://host:7077", shared=Path("/mnt/common"), driver="me.example", memory="8g", cores=16),
        ),
    ],
)
def test_an_engine_is_named_by_an_address(engine: str, address: Address) -> None:
    assert names_spark(engine)
    assert read_address(engine) == address


@pytest.mark.parametrize(
    ("engine", "why"),
    [
        ("duckdb", "not spark"),
        ("sparkle", "not spark"),
        ("spark://", "host:port"),
        ("spark://host", "host:port"),
        ("spark://host:7077/path", "host:port"),
        ("spark://host:7077;drop", "host:port"),
        ("spark?cores=0", "cores=0"),
        ("spark?cores=two", "cores=two"),
        ("spark?memory=4", "memory=4"),
        ("spark?memory=4gb", "memory=4gb"),
        ("spark?shared=/mnt", "unknown: shared"),
        ("spark://host:7077?shared=mnt", "shared=mnt"),
        ("spark://host:7077?colour=red&size=2", "unknown: colour, size"),
    ],
)
def test_what_is_no_address_is_named_with_what_is_wrong(engine: str, why: str) -> None:
    with pytest.raises(EngineUnknown) as raised:
        read_address(engine)
    assert why in raised.value.message("en")
    assert engine in raised.value.message("zh")


@pytest.mark.parametrize(
    ("engine", "loopback"),
    [
        ("spark", True),
        ("spark://127.0.0.1:7077", True),
        ("spark://localhost:7077", True),
        ("spark://[::1]:7077", True),
        ("spark://10.0.0.5:7077", False),
        ("spark://a.example:7077,b.example:7077", False),
    ],
)
def test_what_stays_on_this_machine_is_known(engine: str, *, loopback: bool) -> None:
    assert read_address(engine).loopback is loopback
