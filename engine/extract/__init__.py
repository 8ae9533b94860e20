"""What a file contains: one module per kind of file and a registry. Light to import, runs in children."""
