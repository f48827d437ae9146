"""Cursor pulls (拉取): asking a platform's gateway for what it knows, page by page, resumable and safe to repeat."""
