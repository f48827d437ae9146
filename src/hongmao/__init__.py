"""Hongmao (红猫): from a note that makes a reader want a thing to the order in an outside shop, accounted step by step."""
