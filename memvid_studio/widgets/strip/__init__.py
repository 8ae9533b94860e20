"""The timeline: a strip of film that shows a capsule's life, and the transport bar above it."""
