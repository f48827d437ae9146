"""Vipshop (唯品会, 小红链): links, union orders by file and by call, reports, and the sandbox of their gateway."""
