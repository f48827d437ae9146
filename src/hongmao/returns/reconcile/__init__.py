"""Reconciliation (对账): what the shop says, what was returned, what we saw clicked, and what we sent on, side by side."""
