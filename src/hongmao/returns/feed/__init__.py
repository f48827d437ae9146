"""Feed health (数据健康度): how far behind a feed is, how much of it is there, and whether one may decide by it."""
