"""Taobao and Tmall (淘宝, 天猫): links, pulls, returns and reports, and the sandbox of their gateway."""
