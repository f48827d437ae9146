"""小红书店铺: the community's own in-site shops, by the open platform Ark."""
