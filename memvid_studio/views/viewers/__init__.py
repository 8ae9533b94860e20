"""One viewer per kind of content."""
