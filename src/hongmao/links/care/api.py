"""What others may ask of link care."""

from hongmao.links.care.contracts import Code, Finding, ItemFacts, Outcome, PageWanted, Reading
from hongmao.links.care.service import Care
from hongmao.links.care.store import CareStore, PageReader

__all__ = ["Care", "CareStore", "Code", "Finding", "ItemFacts", "Outcome", "PageReader", "PageWanted", "Reading"]
