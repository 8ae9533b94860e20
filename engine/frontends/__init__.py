"""Doors for people and programs without a window: the command line."""
