"""入驻: the six screens by which a merchant joins."""
