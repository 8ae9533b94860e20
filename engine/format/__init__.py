"""The bytes of a capsule: one class per record, decode and encode side by side; no files, threads or logging."""
