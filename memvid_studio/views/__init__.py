"""The window and its panes."""
