"""Billing: follow the log, charge each component click once, show merchants what they paid and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.billing.budgets import OVERSPEND_FEN, Budgets, NoRates
from hongmao.billing.coinvest import Matching, purse_of
from hongmao.billing.coinvesting import Coinvesting
from hongmao.billing.contracts import (
    Funding,
    Granted,
    Line,
    Purse,
    Statement,
    StatementLine,
    TopUp,
    Wallet,
)
from hongmao.billing.cpm import Showing, counts, pieces
from hongmao.billing.creators import CREATOR_FEE_PPM, CREATOR_LINE, wallet_of_creators
from hongmao.billing.crediting import Credits
from hongmao.billing.errors import GrantBeyond, LineUnknown, PurseUnknown, TopUpBeyond
from hongmao.billing.feeing import Fees
from hongmao.billing.ordering import CreatorOrders
from hongmao.billing.purses import SPEND_ORDER, PurseKind, purse_account, purses_beside
from hongmao.billing.rules import (
    bill,
    giver_of,
    grant,
    outside_of,
    own_reason,
    taps_of,
    top_up,
    wallet_account,
    wallet_of,
)
from hongmao.billing.statements.rules import movements_of
from hongmao.catalog.api import Permission, demand
from hongmao.events.contracts import Kind
from hongmao.kernel.ids import MerchantId, check_id
from hongmao.kernel.time import Window, day_number
from hongmao.ledger.api import open_accounts, post

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.billing.budgets import CampaignDay, PlacedTerms, Rates
    from hongmao.billing.contracts import Charge, Funded, Spend
    from hongmao.billing.cpm import ShownDay
    from hongmao.billing.purses import SpendOrder
    from hongmao.billing.store import BillingStore, BillingWork
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.events.contracts import Event, Logged
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.ledger.api import Account, Batch, Ledger, Posted
    from hongmao.ledger.contracts import Turnover

TOP_UP_FEN_MAX = 10_000_000_000  # a hundred million yuan, above any single recharge
CHARGES_PAGE_MAX = 1_000


class Billing:
    """Charges from clicks, wallets by line, balanced statements."""

    def __init__(
        self,
        store: BillingStore,
        ledger: Ledger,
        catalog: Catalog,
        clock: Clock,
        *,
        order: SpendOrder = SPEND_ORDER,
        rates: Rates | None = None,
        overspend_fen: int = OVERSPEND_FEN,
        creator_fee_ppm: int = CREATOR_FEE_PPM,
    ) -> None:
        """Work on a store; the ledger is read here and written through the store's own transaction.

        `order` says which kind of a merchant's money is spent first, `rates` what links were placed for, `overspend_fen` how
        much of a day may be charged above its budget and given back, and `creator_fee_ppm` what the community takes of a
        creator's price, in millionths.
        """
        self._store = store
        self._ledger = ledger
        self._catalog = catalog
        self._clock = clock
        self._order = order
        self._rates: Rates = rates or NoRates()
        self._overspend_fen = overspend_fen
        self.coinvest = Coinvesting(store, catalog, clock)
        self.fees = Fees(store, catalog, clock)
        self.creators = CreatorOrders(store, ledger, catalog, clock, fee_ppm=creator_fee_ppm)
        self.credits = Credits(store, catalog, clock)

    def absorb(self, batch: Sequence[Logged]) -> None:
        """Charge the clicks and impressions of a piece of the log, in one transaction with the position after it.

        Exactly once in effect: a click that has a charge is passed over, so any piece may come again, and what fails
        halfway has left nothing. Impressions have no charge of their own: those up to the position have had their effect.
        """
        if not batch:
            return
        placed = self._rates.placed({link for logged in batch if (link := _link_of(logged.event)) is not None})
        clicks = {logged.event.event_id for logged in batch if _billable(logged.event)}
        with self._store.begin() as work:
            position = work.days.position()
            acts = _acts(batch, work.charged(clicks), position, placed)
            self._charge(work, acts, placed, batch, position)
            self.fees.follow(work, (logged.event for logged in batch))
            work.move_to(batch[-1].offset)

    def position(self) -> int:
        """Give the log offset up to which everything has been charged."""
        return self._store.position()

    def charge_of(self, event_id: str, *, tenant: TenantId | None = None) -> Charge | None:
        """Find the charge of a click event; for an answer to a tenant, name it."""
        return self._store.charge(tenant, event_id=event_id)

    def charge_of_click(self, click_id: str, *, tenant: TenantId | None = None) -> Charge | None:
        """Find the charge of a click by its token; for an answer to a tenant, name it."""
        return self._store.charge(tenant, click_id=click_id)

    def charges(
        self, tenant: TenantId | None, window: Window, *, after: int = 0, limit: int = CHARGES_PAGE_MAX
    ) -> Sequence[Charge]:
        """List the charges of clicks that happened in a window; None is the house's own look at every tenant's."""
        return [charge for _, charge in self._store.charges(tenant, window, after=after, limit=limit)]

    def numbered_charges(
        self, window: Window, *, after: int, limit: int = CHARGES_PAGE_MAX
    ) -> Sequence[tuple[int, Charge]]:
        """List every tenant's charges with their numbers, page by page: for read models."""
        return self._store.charges(None, window, after=after, limit=limit)

    def spend(self, tenant: TenantId | None, window: Window) -> Sequence[Spend]:
        """Add up what was paid by day, note, link and line; None is the house's own look at every tenant's."""
        return self._store.spend(tenant, window)

    def campaign_day(self, tenant: TenantId, at_ms: int) -> Mapping[int, CampaignDay]:
        """Say what the Shanghai day of an instant has cost each of a tenant's campaigns so far, by number."""
        day = day_number(at_ms)
        return {one.campaign: one for one in self._store.campaign_days(tenant, day, day + 1)}

    def shown_days(self, tenant: TenantId, from_day: int, to_day: int) -> Sequence[ShownDay]:
        """List what was shown of a tenant's campaigns that are charged for it, between days counted from 1970-01-01."""
        return self._store.shown_days(tenant, from_day, to_day)

    def top_up(self, who: Principal, merchant: MerchantId, line: Line | str, amount_fen: int, key: str) -> TopUp:
        """Enter a payment into a merchant's wallet, or that of its creators' orders (`creator`), once per key."""
        demand(who, Permission.TOP_UP)
        owner = self._catalog.merchant(who, merchant)
        wallet = wallet_of_creators(owner.id) if line == CREATOR_LINE else wallet_account(owner.id, _line(line))
        if not _is_payment(amount_fen):
            raise TopUpBeyond(place="amount_fen", fen_max=TOP_UP_FEN_MAX)
        entered = top_up(wallet, amount_fen, check_id(key, place="key"), self._clock.now_ms())
        posted = self._enter(entered, wallet, outside_of(wallet))
        return TopUp(
            merchant=owner.id,
            line=wallet.line,
            funder=wallet.funder,
            amount_fen=amount_fen,
            key=key,
            duplicate=posted.duplicate,
        )

    def grant(self, who: Principal, merchant: MerchantId, kind: PurseKind | str, amount_fen: int, key: str) -> Granted:
        """Give a merchant money that it has not paid in, once per key: a rebate, credit or compensation."""
        demand(who, Permission.TOP_UP)
        owner = self._catalog.merchant(who, merchant)
        purse = purse_account(owner.id, Line.CID, _given(kind))
        if not _is_payment(amount_fen):
            raise GrantBeyond(place="amount_fen", fen_max=TOP_UP_FEN_MAX)
        entered = grant(purse, amount_fen, check_id(key, place="key"), self._clock.now_ms())
        posted = self._enter(entered, purse, giver_of(purse))
        return Granted(
            merchant=owner.id,
            kind=purse.kind,
            funder=purse.funder,
            amount_fen=amount_fen,
            key=key,
            duplicate=posted.duplicate,
        )

    def wallet(self, merchant: MerchantId, line: Line | str = Line.CID) -> Wallet:
        """Give what a merchant has left on a line; whether somebody may know it is decided by whoever asks."""
        account = wallet_account(merchant, _line(line))
        beside = purses_beside(account, self._order)
        found = self._ledger.balances(beside)
        purses = tuple(
            Purse(kind=purse.kind, funder=purse.funder, balance_fen=found[purse]) for purse in beside if purse in found
        )
        return Wallet(
            merchant=merchant,
            line=Line(account.line),
            funder=account.funder,
            balance_fen=sum(purse.balance_fen for purse in purses),
            purses=purses,
        )

    def wallets(self, who: Principal) -> Sequence[Wallet]:
        """List the wallets of the merchants that a principal sees."""
        demand(who, Permission.READ_WALLETS)
        return [self.wallet(merchant.id, line) for merchant in self._catalog.merchants(who) for line in Line]

    def statement(self, who: Principal, merchant: MerchantId, from_ms: int, to_ms: int) -> Statement:
        """Draw a merchant's wallets up from one instant to another: opening, movements, closing, each with its funder."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        window = Window(from_ms, max(from_ms, to_ms))
        return Statement(
            merchant=owner.id,
            tenant=owner.tenant,
            from_ms=window.start_ms,
            to_ms=window.end_ms,
            lines=tuple(_statement_line(turnover) for turnover in self._ledger.turnover(owner.id, window)),
            uncharged=tuple(self._store.uncharged(owner.tenant, owner.id, window)),
        )

    def funding(self, who: Principal, merchant: MerchantId, from_ms: int, to_ms: int) -> Funding:
        """Say whose money a merchant's clicks from one instant to another were, matched money included."""
        demand(who, Permission.READ_WALLETS)
        owner = self._catalog.merchant(who, merchant)
        window = Window(from_ms, max(from_ms, to_ms))
        return Funding(
            merchant=owner.id,
            from_ms=window.start_ms,
            to_ms=window.end_ms,
            parts=tuple(self._store.funded(owner.tenant, owner.id, window) or ()),
        )

    def paid_by(
        self, tenant: TenantId | None, window: Window, merchant: MerchantId | None = None
    ) -> Sequence[Funded] | None:
        """Add up by funder what paid for the ads of a window; None where only the present could tell. For read models."""
        return self._store.funded(tenant, merchant, window)

    def _enter(self, batch: Batch, purse: Account, source: Account) -> Posted:
        """Post what comes into a purse, which may be its first."""
        with self._store.begin() as work:
            open_accounts(work.ledger, {purse: 0, source: None})
            (posted,) = post(work.ledger, (batch,), batch.at_ms)
        return posted

    def _charge(
        self,
        work: BillingWork,
        acts: Sequence[Event],
        placed: Mapping[str, PlacedTerms],
        batch: Sequence[Logged],
        position: int,
    ) -> None:
        payable = [act for act in acts if act.kind is Kind.IMPRESSION or own_reason(act) is None]
        wallets: set[Account] = {wallet for act in payable if (wallet := wallet_of(act)) is not None}
        purses = {purse for wallet in wallets for purse in purses_beside(wallet, self._order)}
        closed_before_ms = work.ledger.head().closed_before_ms
        members = work.members({MerchantId(wallet.owner) for wallet in wallets if wallet.line == Line.CID})
        purses.update(purse_of(member.programme) for member in members)
        funds = work.ledger.standings(purses)
        found = [(placed[act.link or ""], act) for act in payable if (act.link or "") in placed]
        shown = work.days.shown(
            {(terms.campaign, day_number(act.occurred_at_ms)) for terms, act in found if act.kind is Kind.IMPRESSION}
        )
        decided = bill(
            acts,
            paid=work.paid({tap for act in payable if act.kind is not Kind.IMPRESSION for tap in taps_of(act)}),
            funds_fen={account: found.balance_fen for account, found in funds.items()},
            order=self._order,
            closed_before_ms=closed_before_ms,
            matching=Matching(work.programmes() if members else (), members),
            budgets=Budgets(
                placed,
                work.days.of_accounts({(terms.account, day_number(act.occurred_at_ms)) for terms, act in found}),
                self._overspend_fen,
            ),
            showing=Showing(shown),
            offset=batch[-1].offset,
        )
        work.add(decided.charges)
        work.keep_members(decided.members)
        work.days.keep(decided.days)
        if decided.shown:
            work.days.keep_shown(decided.shown, pieces(shown, decided.shown, _stood(batch, position)))
        if decided.batches:
            touched = {entry.account for batch in decided.batches for entry in batch.entries} - set(funds)
            open_accounts(work.ledger, {one: None if one.owner.startswith("@") else 0 for one in sorted(touched)})
            post(work.ledger, decided.batches, self._clock.now_ms())


def _acts(
    batch: Sequence[Logged], charged: Collection[str], position: int, placed: Mapping[str, PlacedTerms]
) -> list[Event]:
    """Give what is to be charged, in the log's order: clicks without a charge, impressions behind the position."""
    acts: list[Event] = []
    known = set(charged)
    for logged in batch:
        act = logged.event
        if _billable(act) and act.event_id not in known:
            known.add(act.event_id)
            acts.append(act)
        elif logged.offset > position and counts(act) and (act.link or "") in placed:
            position = logged.offset
            acts.append(act)
    return acts


def _stood(batch: Sequence[Logged], position: int) -> dict[tuple[str, int], tuple[int, int]]:
    """Say from which offset to which the impressions of a link's day stand in a piece of the log."""
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for logged in batch:
        if logged.offset > position and counts(logged.event):
            key = (logged.event.link or "", day_number(logged.event.occurred_at_ms))
            found[key] = (found.get(key, (logged.offset, 0))[0], logged.offset)
    return found


def _link_of(event: Event) -> str | None:
    """Name the link of an act that may cost something; nobody else's terms are asked for."""
    return event.link if counts(event) or (_billable(event) and own_reason(event) is None) else None


def _billable(event: Event) -> bool:
    # A click without a tenant belongs to nobody who could be charged or shown a charge; the log still has it.
    return event.kind is Kind.COMPONENT_CLICK and event.tenant is not None


def _line(line: Line | str) -> Line:
    try:
        return Line(line)
    except ValueError:
        raise LineUnknown(place="line") from None


def _given(kind: PurseKind | str) -> PurseKind:
    if kind not in set(PurseKind) - {PurseKind.CASH}:
        raise PurseUnknown(place="kind")
    return PurseKind(kind)


def _is_payment(amount_fen: object) -> bool:
    return type(amount_fen) is int and 0 < amount_fen <= TOP_UP_FEN_MAX


def _statement_line(turnover: Turnover) -> StatementLine:
    account = turnover.account
    return StatementLine(
        line=account.line,
        kind=account.kind,
        funder=account.funder,
        opening_fen=turnover.opening_fen,
        movements=movements_of(turnover),
        closing_fen=turnover.closing_fen,
    )
