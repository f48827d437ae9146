"""Agencies (代理商): whose books they may see, and for which days."""
