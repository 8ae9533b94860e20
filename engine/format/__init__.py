"""The bytes of a capsule: one class per record, encode and decode side by side; no files, no threads."""
