"""What others may ask of attribution: compute and publish the platform's credits, explain an order, credit files."""

from __future__ import annotations

from hongmao.attribution.contracts import (
    CREDITS_COLUMNS,
    CREDITS_TABLE,
    Candidate,
    Claim,
    DefinitionRef,
    Entry,
    OrderExplained,
    RunSummary,
    SubOrderExplained,
    Tally,
    Touch,
    Verdict,
)
from hongmao.attribution.errors import OrderNotSeen
from hongmao.attribution.files.column_map import PLAIN, ColumnMap, load_map
from hongmao.attribution.files.contracts import NONE_LABEL, By, Inputs, Job, Result
from hongmao.attribution.files.manifest import answer
from hongmao.attribution.files.outputs import write_outputs, write_quarantine
from hongmao.attribution.files.page import ReportPage, page_of
from hongmao.attribution.files.ports import FileEngine
from hongmao.attribution.files.rules import check_usable
from hongmao.attribution.files.service import attribute_files
from hongmao.attribution.models import (
    CREDIT_MILLIONTHS,
    MODELS,
    RULES,
    file_parameters,
    model_named,
    spec_named,
)
from hongmao.attribution.path_files.channel_groups import read_groups
from hongmao.attribution.path_files.contracts import Asked, Cut, EventsJob, GroupedJob, PathsAnswer
from hongmao.attribution.path_files.manifest import figures as paths_figures
from hongmao.attribution.path_files.manifest import paths_answer
from hongmao.attribution.path_files.outputs import write_path_outputs
from hongmao.attribution.path_files.page import PathsPage, paths_page_of
from hongmao.attribution.path_files.path_map import PLAIN_PATHS, PathMap, load_either_map
from hongmao.attribution.path_files.ports import PathFileEngine
from hongmao.attribution.path_files.service import check_paths_usable, model_events, model_paths
from hongmao.attribution.paths.contracts import PathResult, Settings
from hongmao.attribution.paths.ways import Taken, solve_taken
from hongmao.attribution.runs import RunManifest
from hongmao.attribution.service import Attribution, KeptAttribution
from hongmao.attribution.words import REASONS, reason_in_words

__all__ = [
    "CREDITS_COLUMNS",
    "CREDITS_TABLE",
    "CREDIT_MILLIONTHS",
    "MODELS",
    "NONE_LABEL",
    "PLAIN",
    "PLAIN_PATHS",
    "REASONS",
    "RULES",
    "Asked",
    "Attribution",
    "By",
    "Candidate",
    "Claim",
    "ColumnMap",
    "Cut",
    "DefinitionRef",
    "Entry",
    "EventsJob",
    "FileEngine",
    "GroupedJob",
    "Inputs",
    "Job",
    "KeptAttribution",
    "OrderExplained",
    "OrderNotSeen",
    "PathFileEngine",
    "PathMap",
    "PathResult",
    "PathsAnswer",
    "PathsPage",
    "ReportPage",
    "Result",
    "RunManifest",
    "RunSummary",
    "Settings",
    "SubOrderExplained",
    "Taken",
    "Tally",
    "Touch",
    "Verdict",
    "answer",
    "attribute_files",
    "check_paths_usable",
    "check_usable",
    "file_parameters",
    "load_either_map",
    "load_map",
    "model_events",
    "model_named",
    "model_paths",
    "page_of",
    "paths_answer",
    "paths_figures",
    "paths_page_of",
    "read_groups",
    "reason_in_words",
    "solve_taken",
    "spec_named",
    "write_outputs",
    "write_path_outputs",
    "write_quarantine",
]
