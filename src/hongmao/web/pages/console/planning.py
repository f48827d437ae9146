"""What a draft would change, before anything is touched: the same steps that `hongmao definitions apply` would walk.

It speaks of the figures of the whole deployment, so only whoever operates it may ask. Nothing is decided on this page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from hongmao.catalog.api import Permission, demand
from hongmao.definitions.api import (
    AddVersion,
    DropCredits,
    KeepReport,
    MoveFigure,
    RecomputeCredits,
    Restore,
    Supersede,
    Withdraw,
    read_draft,
)
from hongmao.kernel.errors import HongmaoError
from hongmao.web.pages.console.frame import frame_of
from hongmao.web.pages.forms import form_of
from hongmao.web.pages.render import render
from hongmao.web.problems import lang_of, said
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from datetime import date

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.definitions.api import Plan, Step
    from hongmao.web.pages.console.views import Frame

FIGURES_SHOWN = 200
DRAFT = "draft.toml"
"""How a pasted file is called where something is wrong in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step of a plan as a page says it: its words are `plan.KIND`."""

    kind: str
    definition: str
    first_day: date
    last_day: date | None = None
    rows: int | None = None
    """How many rows of credits come or go."""
    other: str | None = None
    """The version that follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """口径变更预演."""

    frame: Frame
    draft: str
    """What was pasted, so that it stands there again."""
    problem: str | None
    """Why it cannot hold, with its line, in the reader's language."""
    steps: tuple[StepLine, ...]
    figures: tuple[MoveFigure, ...]
    """Past figures that would read otherwise."""
    more: int
    """How many more figures there are."""
    planned: bool
    """Whether anything was asked."""


def plan_page(request: Request) -> Response:
    """Answer `GET /console/definitions/plan`."""
    return render(request, "console/plan.html", _page(_frame(request)))


async def plan(request: Request) -> Response:
    """Answer `POST /console/definitions/plan`: a draft (`draft`), or a version that would be taken back (`revert`)."""
    form = await form_of(request)
    return await run_in_threadpool(_answer, request, form)


def _answer(request: Request, form: dict[str, str]) -> Response:
    frame = _frame(request)
    desk = services_of(request).definition_desk
    draft, revert = form.get("draft", ""), form.get("revert", "")
    try:
        found = desk.plan_revert([revert]) if revert else desk.plan([read_draft(draft, file=DRAFT)])
    except HongmaoError as error:
        lang = lang_of(request)
        problem = said(error, lang)
        return render(request, "console/plan.html", _page(frame, draft, problem=problem), status=error.status)
    return render(request, "console/plan.html", _page(frame, draft, found=found))


def _frame(request: Request) -> Frame:
    frame = frame_of(request, "definitions")
    demand(frame.who, Permission.OPERATE)
    return frame


def _page(frame: Frame, draft: str = "", *, problem: str | None = None, found: Plan | None = None) -> PlanPage:
    steps = found.steps if found else ()
    figures = tuple(step for step in steps if isinstance(step, MoveFigure))
    return PlanPage(
        frame=frame,
        draft=draft,
        problem=problem,
        steps=tuple(line for step in steps if (line := line_of(step)) is not None),
        figures=figures[:FIGURES_SHOWN],
        more=max(0, len(figures) - FIGURES_SHOWN),
        planned=found is not None,
    )


def line_of(step: Step) -> StepLine | None:
    """Write a step as a line; None for a figure, which stands in a table of its own."""
    match step:
        case AddVersion() | Withdraw():
            kind = "add" if isinstance(step, AddVersion) else "withdraw"
            return StepLine(kind=kind, definition=step.definition, first_day=step.effective)
        case Supersede() | Restore():
            kind, other = ("supersede", step.by) if isinstance(step, Supersede) else ("restore", None)
            return StepLine(kind=kind, definition=step.definition, first_day=step.on, other=other)
        case RecomputeCredits() | DropCredits():
            return StepLine(
                kind="recompute" if isinstance(step, RecomputeCredits) else "drop",
                definition=step.definition,
                first_day=step.first_day,
                last_day=step.last_day,
                rows=step.rows,
            )
        case KeepReport():
            return StepLine(kind="keep", definition=step.definition, first_day=step.until)
        case MoveFigure():
            return None
