"""Who pays what and why: charges from clicks, wallets by line, balanced statements."""
