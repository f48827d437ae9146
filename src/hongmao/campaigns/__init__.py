"""Who buys: advertiser accounts, their direct links, campaigns, units and creativities, as decided state with its history."""
