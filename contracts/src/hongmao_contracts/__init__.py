"""The contract test-kit: what every platform adapter must keep, checked by one command."""
