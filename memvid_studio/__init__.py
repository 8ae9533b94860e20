"""Memvid Studio: the window in which memory capsules are opened, filled, searched, rewound and sealed."""

__version__ = "0.1.0"
