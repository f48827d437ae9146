"""数据驱动归因: a response model over exposed and null journeys, and the Shapley value of what it says touches add."""
