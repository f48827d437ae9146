"""统计口径: every metric and every attribution model as a dated file with a fingerprint."""
