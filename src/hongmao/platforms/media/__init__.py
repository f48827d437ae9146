"""Other media that a merchant buys (其他媒体): where conversions are returned to, each in its own words."""
