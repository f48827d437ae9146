"""HTTP: the jump, the collectors, the API, the pages."""
