"""Exact numbers as text: half away from zero, no float."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


def decimals(number: Fraction, places: int) -> str:
    """Write a number with so many decimals and its thousands apart.

    >>> from fractions import Fraction
    >>> decimals(Fraction(1, 8), 2), decimals(Fraction(-12345, 2), 0)
    ('0.13', '-6,173')
    """
    scale = 10**places
    size = abs(number) * scale
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    sign = "-" if number < 0 and whole else ""
    return f"{sign}{whole // scale:,}" + (f".{whole % scale:0{places}d}" if places else "")
