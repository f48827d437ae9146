"""What may stand in a log line: whoever reads logs learns no secret, and nothing that leads to a reader.

Tokens, keys, cookies, click ids and readers' pseudonyms keep their first six characters, enough to find one again that is
known, too few to use it. What is not known by its shape is known by its name or by looking random, so that a secret of a
kind that comes later is cut too: a checksum cut in vain costs less than a key told.
"""

from __future__ import annotations

import re
from typing import Final

KEPT_CHARS: Final = 6
CUT: Final = "…"

# Named secrets, as headers, query parameters, JSON fields and Python's own repr write them.
_NAMES: Final = (
    r"[\w-]*(?:token|secret|password|passwd|cookie|signature|credential|authorization|session|api[_-]?key)[\w-]*"
    r"|sign|sig|key|pwd|reader|click_id|clickid|hm_r|hm_session|callback"
)
_NAMED: Final = re.compile(
    rf"""(?ix)
    (?<![\w-]) (?P<name> (?:{_NAMES}) \\{{0,3}}["']? )
    (?P<joint> \s* [=:] \s* (?:b(?=\\{{0,3}}["']))?\\{{0,3}}["']? )
    (?P<scheme> (?:bearer|basic|hmac) \s+ )?
    (?P<value> [^\s"'\\&;,}}\])]+ )
    """
)
_HEADER: Final = re.compile(
    r"""(?ix) (?P<name> \b(?:set-)?cookie | \bauthorization )
    (?P<joint> \\{0,3}["']? \s* : \s* (?:b(?=\\{0,3}["']))?\\{0,3}["']? )
    (?P<value> [^\n\\"']+ )"""
)
_SHAPED: Final = re.compile(
    r"hk_[0-9a-f]{10}_[A-Za-z0-9_-]+"  # our API keys
    r"|\br_[A-Za-z0-9_-]{6,62}"  # readers
    r"|clk:[0-9a-f]{6,}"  # events of clicks
    r"|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{29}[AQgw](?![A-Za-z0-9_-])"  # click ids, whose bytes may spell no digit
)
# Twenty characters of an alphabet for bytes, digits and letters among them: chance wrote that, not a person.
_RANDOM: Final = re.compile(
    r"""(?x) (?<![A-Za-z0-9_+-])
    (?: (?=[A-Za-z_+-]*[0-9]) (?=[0-9_+-]*[A-Za-z]) [A-Za-z0-9_+-]{20,} | [0-9]{24,} )
    (?: \. [A-Za-z0-9_-]{4,} )* ={0,2}"""  # with what a signed value carries behind its dots
)
_PHONE: Final = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def redacted(text: str) -> str:
    """Cut everything that may be a secret or a person."""
    text = _HEADER.sub(_cut_whole, text)
    text = _NAMED.sub(_cut_named, text)
    text = _SHAPED.sub(_cut_shaped, text)
    text = _RANDOM.sub(_cut_shaped, text)
    text = _PHONE.sub(lambda found: found[0][:3] + CUT, text)
    return _MAIL.sub(lambda found: found[0][:1] + CUT + "@" + CUT, text)


def _cut_whole(found: re.Match[str]) -> str:
    # A whole header: its parts may be anything, so nothing of them is told.
    return f"{found['name']}{found['joint']}{CUT}"


def _cut_named(found: re.Match[str]) -> str:
    return f"{found['name']}{found['joint']}{found['scheme'] or ''}{_cut(found['value'])}"


def _cut_shaped(found: re.Match[str]) -> str:
    return _cut(found[0])


def _cut(value: str) -> str:
    if value.endswith(CUT):
        return value
    # What is short is not told in part: six of eight characters are nearly all of it.
    return (value[:KEPT_CHARS] if len(value) > 3 * KEPT_CHARS else "") + CUT
