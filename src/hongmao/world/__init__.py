"""The simulated city with known truth: it acts only through the real HTTP endpoints."""
