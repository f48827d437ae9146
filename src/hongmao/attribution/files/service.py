"""The act: two files in, a result out. What is written where is the caller's."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from hongmao.attribution.files import rules
from hongmao.attribution.files.column_map import check_map
from hongmao.attribution.files.contracts import Result
from hongmao.attribution.files.errors import LabelTaken
from hongmao.attribution.files.estimates import check_estimates, estimate, is_estimated, shares_of

if TYPE_CHECKING:
    from hongmao.attribution.files.contracts import Job
    from hongmao.attribution.files.ports import FileEngine, Progress
    from hongmao.definitions.api import Registry

SAMPLES_MAX = 20


def attribute_files(
    job: Job, engine: FileEngine, registry: Registry, *, progress: Progress, keep: bool = True
) -> Result:
    """Read both files, credit every good conversion under every rule asked for, and add up.

    `keep` the single credits for `engine.write_credits`, or only what they add up to.

    Raises a `BadInput` for what is wrong with the job or with a file as a whole. Single bad rows never stop the good
    ones; if no conversion at all is usable, the result says so with empty sums (`rules.check_usable` raises on it).
    """
    check_map(job.column_map)
    asked = rules.rules_of(job, registry)
    check_estimates(job, asked)
    inputs = engine.read(job, progress)
    for read in inputs.reads:
        rules.check_reconciled(read)
    by_rule = [rule for rule in asked if not is_estimated(rule)]
    if by_rule:
        engine.credit(by_rule, progress, keep=keep)
    estimates = estimate(job, asked, engine, progress)
    shares = {
        rule.label: rules.in_natural_order(
            shares_of(estimates[rule.label], inputs) if rule.label in estimates else engine.shares(rule)
        )
        for rule in asked
    }
    if any(share.key == job.none_label for every in shares.values() for share in every):
        raise LabelTaken(place=job.none_label)
    return Result(
        job=job,
        rules=asked,
        inputs=inputs,
        shares=shares,
        faults=engine.faults(),
        samples=tuple(islice(engine.quarantined(), SAMPLES_MAX)),
        engine=engine.name,
        engine_version=engine.version,
        estimates=estimates,
    )
