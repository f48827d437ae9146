"""归因 of anybody's files: touches and conversions in, credits and a report out, every bad row named and kept apart."""
