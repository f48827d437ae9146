"""One definition: every version, who decided on it and why, what each says otherwise than the one before, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission, may
from hongmao.definitions.api import DefinitionUnknown, State
from hongmao.insight.contracts import Words
from hongmao.web.pages.console.definitions import formula_of, sort_of
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.render import render
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.definitions.api import DefinitionChange, VersionRecord
    from hongmao.web.pages.console.views import Frame

_CHARS_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two versions held against one another."""

    before: str
    """Key of the one, such as `last_click.v1`."""
    after: str
    change: DefinitionChange | None
    """What differs; None where nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionPage:
    """一个口径的历史."""

    frame: Frame
    id: str
    name: Words
    counted: Words
    sort: str
    """`metrics`, `attribution` or `files`."""
    formula: str | None
    versions: tuple[VersionRecord, ...]
    """Newest first; taken back ones included."""
    keys: tuple[str, ...]
    """Versions that can be compared, oldest first."""
    compared: Compared | None
    """None while there is only one."""
    may_plan: bool
    """Whether this reader may ask what taking a version back would change."""

    def can_go(self, record: VersionRecord) -> bool:
        """Tell whether a version was applied here, so that it may be taken back."""
        return self.may_plan and record.origin == "applied" and record.state is not State.REVERTED


def definition(request: Request) -> Response:
    """Answer `GET /console/definitions/{definition}`."""
    frame = frame_of(request, "definitions")
    desk = services_of(request).definition_desk
    name = request.path_params["definition"][:_CHARS_SHOWN]
    versions = desk.history(name)
    stands = [record for record in versions if record.state is not State.REVERTED] or list(versions)
    speaks = next((one for one in reversed(stands) if one.state is State.IN_FORCE), stands[-1]).definition
    page = DefinitionPage(
        frame=frame,
        id=speaks.id,
        name=Words(zh=speaks.name.zh, en=speaks.name.en),
        counted=Words(zh=speaks.counted.zh, en=speaks.counted.en),
        sort=sort_of(speaks),
        formula=formula_of(speaks),
        versions=tuple(reversed(versions)),
        keys=tuple(dict.fromkeys(record.key for record in stands)),
        compared=_compared(request, stands),
        may_plan=may(frame.who, Permission.OPERATE),
    )
    return render(request, "console/definition.html", page)


def _compared(request: Request, stands: Sequence[VersionRecord]) -> Compared | None:
    """Hold two versions against one another: those asked for, or the last two."""
    by_key = {record.key: record.definition for record in stands}
    keys = list(by_key)
    if len(keys) < 2:  # noqa: PLR2004 - one has nothing to be held against
        return None
    asked = [request.query_params.get("before") or keys[-2], request.query_params.get("after") or keys[-1]]
    for key in asked:
        if key not in by_key:
            raise DefinitionUnknown(id=key[:_CHARS_SHOWN])
    before, after = (by_key[key] for key in asked)
    changes = services_of(request).definition_desk.difference(before, after)
    return Compared(before=before.key, after=after.key, change=changes[0] if changes else None)
