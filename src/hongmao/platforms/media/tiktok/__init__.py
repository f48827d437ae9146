"""TikTok: the Events API 2.0."""
