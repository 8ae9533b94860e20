"""The only code that touches a capsule's file: lock, journal, commit, snapshot, history, recovery."""
