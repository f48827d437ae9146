"""The kernel of attribution: touches before a conversion, and how a rule shares it among them, over plain arrays."""
