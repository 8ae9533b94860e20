"""Derived data that finds things: words, vectors, times. All of it can be rebuilt from frames."""
