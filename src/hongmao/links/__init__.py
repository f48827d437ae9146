"""The ad link under a note (广告挂链), its review, the click token, and the jump with its fallbacks."""
