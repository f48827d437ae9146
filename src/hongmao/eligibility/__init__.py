"""准入: may this shop do this? Scores, categories and qualifications, judged by dated rule sets that are data."""
