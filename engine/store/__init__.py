"""The only code that touches a capsule's file."""
