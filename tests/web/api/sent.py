"""What every address takes, texts that mean harm, and the shape of every refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web.api.front import item_body, link_body, note_body, shop_body

if TYPE_CHECKING:
    import httpx

PATHS: dict[str, dict[str, Any]] = {
    "/v1/tenants": {"id": "t", "name": "n", "kind": "merchant"},
    "/v1/users": {"id": "u", "login": "somebody", "password": "long enough", "name": "n", "role": "analyst"},
    "/v1/keys": {"id": "k", "name": "n", "role": "analyst"},
    "/v1/keys/key-nobody/revoke": {},
    "/v1/merchants": {"id": "m", "name": "n"},
    "/v1/shops": shop_body(1),
    "/v1/items": item_body(1),
    "/v1/creators": {"id": "c", "name": "n", "bio": ""},
    "/v1/notes": note_body(1),
    "/v1/notes/note-1/mark": {"kind": "health", "ai": True},
    "/v1/notes/note-1/ai-copies": {"why": "w"},
    "/v1/links": link_body(1),
    "/v1/links/link-1/review": {"deeplink": 2, "universal_link": None, "fallback": 2, "note": "ok"},
    "/v1/links/link-1/pause": {"paused": True},
    "/v1/links/link-1/read": {},
    "/v1/links/link-1/agree": {},
    "/v1/platform-accounts": {"platform": "sandbox", "account": "a", "secret": "long enough to sign", "revoked": False},
    "/v1/wallets/top-ups": {"merchant": "merchant-1", "line": "cid", "amount_fen": 1, "key": "k"},
    "/v1/coinvest": {
        "id": "p", "own_parts": 10, "match_parts": 3, "cap_fen": 1, "from": "2025-05-01", "to": "2025-06-01",
        "member_cap_fen": None,
    },
    "/v1/coinvest/p/wind-up": {},
    "/v1/fee-terms": {
        "merchant": "merchant-1", "platform": "sandbox", "payer": "merchant", "from_day": "2025-05-01", "rate_ppm": 1_000,
        "unit_confirmed": True,
    },
    "/v1/creator-orders": {"merchant": "merchant-1", "id": "o", "creator": "creator-1", "price_fen": 1, "note": "note-1"},
    "/v1/creator-orders/o/end": {"merchant": "merchant-1", "released": True},
    "/v1/bills/1/looks": {},
    "/v1/agency-clients": {
        "merchant": "merchant-1", "agency": "agency-1", "from_day": "2025-05-01", "to_day": None,
    },
    "/v1/credits": {"events": ["e-1"], "reason": "mistake", "remark": "r"},
    "/v1/coinvest/p/members": {"merchant": "merchant-1", "joined": True},
    "/v1/wallets/grants": {"merchant": "merchant-1", "kind": "rebate", "amount_fen": 1, "key": "k"},
    "/v1/months": {"month": "2025-04"},
    "/v1/ops/settle": {},
    "/v1/shops/shop-1/facts": {"kind": "marketplace", "badge": "none", "category": "美妆个护", "source": "typed"},
    "/v1/shops/shop-1/scores": {
        "scores": [{"name": "experience", "value": "4.5", "observed_at": "2025-05-06", "source": "typed", "evidence": ""}]
    },
    "/v1/shops/shop-1/ruling": {"passed": True, "why": "w", "until": None},
    "/v1/qualifications": {
        "id": "q", "merchant": "merchant-1", "kind": "approval_number", "number": "n", "valid_from": "2025-01-01",
        "valid_to": "2025-12-31", "sha256": "ab" * 32, "subject": "",
    },
    "/v1/qualifications/q-1/withdraw": {},
    "/v1/authorisations": {"note": "note-1", "why": "w"},
    "/v1/authorisations/note-1/answer": {"state": 1, "until": "2025-06-20", "paid": True, "registered": True, "why": "w"},
    "/v1/authorisations/note-1/filing": {"registered": True, "why": "w"},
    "/v1/authorisations/note-1/cancel": {"why": "w"},
    "/v1/bindings": {"advertiser_id": 1, "link": "link-1", "creativity_id": 4, "why": "w"},
    "/v1/campaign-rates": {"advertiser_id": 1, "campaign_id": 2, "scheme": "cpm", "amount_fen": 3_000, "why": "w"},
    "/v1/eligibility/stage": {"stage": "observe", "why": "w", "percent": None},
    "/v1/eligibility/whitelist": {"merchant": "merchant-1", "listed": True},
    "/v1/eligibility/rulesets": {"text": "id = 1", "why": "w"},
    "/v1/eligibility/rulesets/seeding_direct.v1/revert": {"why": "w"},
    "/v1/eligibility/simulate": {"text": "id = 1"},
    "/v1/policy/preset": {"preset": "open", "why": "w"},
    "/v1/policy/routes": {"spu": "spu-1", "route": "both", "why": "w", "in_site_fen": 1, "external_fen": None},
}  # fmt: skip
QUERIES = (
    "/v1/tenants",
    "/v1/users",
    "/v1/keys",
    "/v1/merchants",
    "/v1/shops",
    "/v1/items",
    "/v1/creators",
    "/v1/notes",
    "/v1/notes/note-1/ai-copies",
    "/v1/links",
    "/v1/links/link-1",
    "/v1/links/link-1/holds",
    "/v1/care/findings",
    "/v1/platform-accounts",
    "/v1/wallets",
    "/v1/statement",
    "/v1/funding",
    "/v1/roi",
    "/v1/coinvest",
    "/v1/fee-terms",
    "/v1/fees",
    "/v1/creator-orders",
    "/v1/true-cost",
    "/v1/credits",
    "/v1/bills",
    "/v1/bills/1",
    "/v1/bills/1/lines",
    "/v1/agency-clients",
    "/v1/ledger/verify",
    "/v1/months",
    "/v1/statements",
    "/v1/shops/shop-1/verdict",
    "/v1/shops/shop-1/verdicts",
    "/v1/verdicts/1/replay",
    "/v1/qualifications",
    "/v1/eligibility/stage",
    "/v1/eligibility/whitelist",
    "/v1/eligibility/rulesets",
    "/v1/policy/preset",
    "/v1/policy/routes",
    "/v1/policy/calendar",
    "/v1/authorisations",
    "/v1/authorisations/note-1/changes",
    "/v1/review-queue",
    "/v1/bindings",
    "/v1/campaign-rates",
    "/v1/campaign-days",
    "/v1/ops/lag",
    "/v1/report",
    "/v1/orders/o-1/trace",
)
HOSTILE = (
    "'; DROP TABLE users; --",
    '" OR ""="',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}",
    "../../etc/passwd",
    "%00%0a%s",
    "\\u0000",
    "𝕬 🐱 é\u0301 \u202e",
)


def fault(answer: httpx.Response) -> dict[str, Any]:
    """Read an error, which has its shape whatever went wrong."""
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "hint", "params"}
    assert error["message"]["zh"] != error["message"]["en"] != ""
    assert error["hint"]["zh"]
    assert error["hint"]["en"]
    return error
