"""The real memvid SDK beside us: what it makes we read, what we make it reads."""
