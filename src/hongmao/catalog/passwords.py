"""Passwords, kept as argon2id hashes that only verify."""

from __future__ import annotations

import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Passwords:
    """Hashes and verifies. An unknown login costs the same time as a wrong password, so logins cannot be listed."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Work with a hasher's parameters; argon2-cffi's own (RFC 9106, low memory) where none is given."""
        self._hasher = hasher or PasswordHasher()

    @classmethod
    def cheap(cls) -> Passwords:
        """Make one whose hashes protect nothing: for tests and cities that are thrown away."""
        return cls(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    def hash(self, password: str) -> str:
        """Make a hash with fresh salt."""
        return self._hasher.hash(password)

    def fit(self, password_hash: str | None, password: str) -> bool:
        """Tell whether a password fits; against None it is tried on a decoy and never does."""
        decoy = self._decoy  # made at the first try, whoever's it is, and not at each start of a command
        try:
            self._hasher.verify(password_hash or decoy, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
        return password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    @functools.cached_property
    def _decoy(self) -> str:
        return self._hasher.hash("nobody signs in with this")
