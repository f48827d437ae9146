"""shopx: a sample third-party platform, installed beside Hongmao and known to it by an entry point."""
