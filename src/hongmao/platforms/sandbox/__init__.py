"""The sandbox platform: our connector to it (`signing`, `mapping`), and the shop itself (`shop`), which stands outside."""
