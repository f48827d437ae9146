"""Reading fields of Taobao's rows: what every platform's are read by, and what Taobao alone writes."""

from __future__ import annotations

import re
from typing import ClassVar

from hongmao.platforms.api import Fields


class TopFields(Fields):
    """One row of Taobao's: nothing is also written as `--` or `null`, and its times may have milliseconds."""

    NOTHING: ClassVar = frozenset({"", "--", "null"})
    TIME: ClassVar = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?")
