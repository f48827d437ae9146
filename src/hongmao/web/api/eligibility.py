"""`/v1/eligibility/…`, and what hangs on a shop: what was told of it, what the rules say, what a person decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.catalog.api import Permission
from hongmao.eligibility.api import ScoreTold, finding_data, simulation_data, verdict_data
from hongmao.kernel.ids import MerchantId, ShopId, check_id
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Standing, moment

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call

NUMBER_DIGITS: Final = 15


class FactsBody(Standing, frozen=True, kw_only=True):
    """What a shop is. Kind and badge are told by the house; a field that is left out is unknown."""

    kind: str | None = None
    badge: str | None = None
    category: str | None = None
    source: str = "typed"


class ScoreBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One score, as text."""

    name: str
    value: str
    observed_at: str
    source: str = "typed"
    evidence: str = ""


class ScoresBody(Standing, frozen=True, kw_only=True):
    """Scores of a shop, all kept or none."""

    scores: list[ScoreBody]


class QualificationBody(Standing, frozen=True, kw_only=True):
    """A paper of a merchant; both days belong to it."""

    id: str
    merchant: str
    kind: str
    number: str
    valid_from: str
    valid_to: str
    sha256: str
    subject: str = ""


class OfMerchant(Standing, frozen=True, kw_only=True):
    """Whose."""

    merchant: str


class RulingBody(Standing, frozen=True, kw_only=True):
    """A person's word on a shop that the rules leave to one."""

    passed: bool
    why: str
    until: str | None = None


class StageBody(Standing, frozen=True, kw_only=True):
    """The stage of the programme; `percent` belongs to the stage of that name."""

    stage: str
    why: str
    percent: int | None = None


class ListBody(Standing, frozen=True, kw_only=True):
    """Who goes on the whitelist, or off it."""

    merchant: str
    listed: bool = True


class DraftBody(Standing, frozen=True, kw_only=True):
    """A rule set or list of categories as TOML."""

    text: str


class PublishBody(DraftBody, frozen=True, kw_only=True):
    """The next version, and why."""

    why: str


class WhyBody(Standing, frozen=True, kw_only=True):
    """Why."""

    why: str


def _tell_facts(call: Call, body: FactsBody) -> object:
    told = call.services.eligibility.tell_facts(
        call.who, _shop(call), kind=body.kind, badge=body.badge, category=body.category, source=body.source
    )
    return Made(told)


def _tell_scores(call: Call, body: ScoresBody) -> object:
    told = [
        ScoreTold(
            name=one.name,
            value=one.value,
            source=one.source,
            observed_at_ms=moment(one.observed_at, place=f"scores[{place}].observed_at"),
            evidence=one.evidence,
        )
        for place, one in enumerate(body.scores)
    ]
    return Made({"scores": call.services.eligibility.tell_scores(call.who, _shop(call), told)})


def _verdict(call: Call, _query: Standing) -> object:
    standing = call.services.eligibility.stands(call.who, _shop(call))
    return {
        **verdict_data(standing.verdict),
        "passes": standing.passes,
        "runs": standing.runs,
        "ruling": standing.ruling,
    }


def _verdicts(call: Call, _query: Standing) -> object:
    listed = call.services.eligibility.verdicts(call.who, _shop(call))
    return {"verdicts": [verdict_data(one) for one in listed]}


def _replay(call: Call, _query: Standing) -> object:
    text = call.ids["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS else 0
    replayed = call.services.eligibility.replay(call.who, number)
    return {
        "same": replayed.same,
        "verdict": verdict_data(replayed.verdict),
        "again": {"status": replayed.again.status, "findings": [finding_data(one) for one in replayed.again.findings]},
    }


def _rule_on(call: Call, body: RulingBody) -> object:
    until_ms = None if body.until is None else moment(body.until, place="until")
    return Made(
        call.services.eligibility.rule_on(call.who, _shop(call), passed=body.passed, why=body.why, until_ms=until_ms)
    )


def _add_qualification(call: Call, body: QualificationBody) -> object:
    paper = call.services.eligibility.add_qualification(
        call.who,
        MerchantId(check_id(body.merchant, place="merchant")),
        id=body.id,
        kind=body.kind,
        number=body.number,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        sha256=body.sha256,
        subject=body.subject,
    )
    return Made(paper)


def _qualifications(call: Call, query: OfMerchant) -> object:
    merchant = MerchantId(check_id(query.merchant, place="merchant"))
    return {"qualifications": call.services.eligibility.qualifications(call.who, merchant)}


def _withdraw(call: Call, _body: Standing) -> object:
    return call.services.eligibility.withdraw_qualification(call.who, call.ids["id"])


def _stage(call: Call, _query: Standing) -> object:
    now = call.services.eligibility.stage()
    return {"stage": now.stage if now else "observe", "set": now}


def _set_stage(call: Call, body: StageBody) -> object:
    return Made(call.services.eligibility.set_stage(call.who, body.stage, body.percent, why=body.why))


def _listed(call: Call, _query: Standing) -> object:
    return {"whitelist": call.services.eligibility.listed(call.who)}


def _list(call: Call, body: ListBody) -> object:
    merchant = MerchantId(check_id(body.merchant, place="merchant"))
    if body.listed:
        return Made(call.services.eligibility.list_merchant(call.who, merchant))
    return {"changed": call.services.eligibility.unlist_merchant(call.who, merchant)}


def _rulesets(call: Call, _query: Standing) -> object:
    versions = call.services.eligibility.versions(call.who)
    return {
        "rulesets": [
            {
                "key": one.key,
                "sort": one.source.sort,
                "effective": one.source.document.effective,
                "fingerprint": one.source.document.fingerprint,
                "origin": "published" if one.act else "shipped",
                "why": one.act.why if one.act else one.source.document.why,
                "text": one.source.text,
            }
            for one in versions
        ]
    }


def _publish(call: Call, body: PublishBody) -> object:
    return Made(call.services.eligibility.publish(call.who, body.text, why=body.why))


def _revert(call: Call, body: WhyBody) -> object:
    return Made(call.services.eligibility.revert(call.who, call.ids["key"], why=body.why))


def _simulate(call: Call, body: DraftBody) -> object:
    return simulation_data(call.services.eligibility.simulate(call.who, body.text))


def _shop(call: Call) -> ShopId:
    return ShopId(call.ids["id"])


routes = [
    door("/v1/shops/{id}/facts", post=Act(Permission.WRITE_SHOP_FACTS, FactsBody, _tell_facts)),
    door("/v1/shops/{id}/scores", post=Act(Permission.WRITE_SHOP_FACTS, ScoresBody, _tell_scores)),
    door("/v1/shops/{id}/verdict", get=Act(Permission.READ_REPORTS, Standing, _verdict)),
    door("/v1/shops/{id}/verdicts", get=Act(Permission.READ_REPORTS, Standing, _verdicts)),
    door("/v1/shops/{id}/ruling", post=Act(Permission.MANAGE_ADMISSION, RulingBody, _rule_on)),
    door("/v1/verdicts/{number}/replay", get=Act(Permission.READ_REPORTS, Standing, _replay)),
    door(
        "/v1/qualifications",
        get=Act(Permission.READ_CATALOG, OfMerchant, _qualifications),
        post=Act(Permission.MANAGE_ADMISSION, QualificationBody, _add_qualification),
    ),
    door("/v1/qualifications/{id}/withdraw", post=Act(Permission.MANAGE_ADMISSION, Standing, _withdraw)),
    door(
        "/v1/eligibility/stage",
        get=Act(Permission.READ_REPORTS, Standing, _stage),
        post=Act(Permission.MANAGE_ADMISSION, StageBody, _set_stage),
    ),
    door(
        "/v1/eligibility/whitelist",
        get=Act(Permission.MANAGE_ADMISSION, Standing, _listed),
        post=Act(Permission.MANAGE_ADMISSION, ListBody, _list),
    ),
    door(
        "/v1/eligibility/rulesets",
        get=Act(Permission.READ_REPORTS, Standing, _rulesets),
        post=Act(Permission.MANAGE_ADMISSION, PublishBody, _publish),
    ),
    door("/v1/eligibility/rulesets/{key}/revert", post=Act(Permission.MANAGE_ADMISSION, WhyBody, _revert)),
    door("/v1/eligibility/simulate", post=Act(Permission.MANAGE_ADMISSION, DraftBody, _simulate)),
]
