"""The only place where engine threads meet Qt."""
