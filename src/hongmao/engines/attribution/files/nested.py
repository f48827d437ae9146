"""What a column's name means in a file whose cells hold more than one thing: `a.b` a field of `a`, `a[b]` a named entry.

An entry is how GA4 keeps parameters of an event: a list of pairs of `key` and `value`, the value in the one of
`string_value`, `int_value`, `float_value` and `double_value` that has its type.
"""

from __future__ import annotations

import re

_ENTRY = re.compile(r"(?P<list>[^\[\]]+)\[(?P<key>[^\[\]]+)\]")
_VALUES = ("string_value", "int_value", "double_value", "float_value")


def of_json(name: str, line: str) -> str:
    """Write the text of a cell of a JSON object in the SQL expression `line`."""
    if found := _ENTRY.fullmatch(name):
        return _entry(f"json_extract({line}, {_path(found['list'].split('.'))})", found["key"])
    parts = name.split(".")
    flat = f"json_extract_string({line}, {_path([name])})"
    return flat if len(parts) == 1 else f"coalesce(json_extract_string({line}, {_path(parts)}), {flat})"


def of_struct(name: str) -> str | None:
    """Write the text of a field or an entry of a typed column; None where the name is a plain one."""
    if found := _ENTRY.fullmatch(name):
        return _entry(f"to_json({_dotted(found['list'])})", found["key"])
    return f"cast({_dotted(name)} as varchar)" if "." in name else None


def quoted(name: str) -> str:
    """Write a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _dotted(name: str) -> str:
    return ".".join(map(quoted, name.split(".")))


def _entry(listed: str, key: str) -> str:
    named = f"lambda one: json_extract_string(one, '$.key') = {_text(key)}"
    value = f"json_extract(list_extract(list_filter(try_cast({listed} as json[]), {named}), 1), '$.value')"
    typed = ", ".join(f"json_extract_string({value}, '$.{kind}')" for kind in _VALUES)
    plain = f"case when json_type({value}) not in ('OBJECT', 'ARRAY') then json_extract_string({value}, '$') end"
    return f"coalesce({typed}, {plain})"


def _path(parts: list[str]) -> str:
    """Write a path into JSON, each part quoted: no letter of a name means anything else there."""
    return _text("$" + "".join('."' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts))


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
