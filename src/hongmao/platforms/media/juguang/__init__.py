"""聚光: the ad platform of 小红书."""
