"""JD (京东, 小红盟): links, the union's orders, the 京准通 report, and the sandbox of their gateway."""
