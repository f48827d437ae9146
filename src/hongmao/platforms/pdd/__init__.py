"""Pinduoduo (拼多多): links, 多多进宝 orders, and the sandbox of their gateway."""
