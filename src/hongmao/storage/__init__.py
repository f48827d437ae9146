"""Decided state in SQL: one adapter per port, tenant scoping below everything that asks."""
