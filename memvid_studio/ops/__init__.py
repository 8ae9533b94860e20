"""What a person means to do, one module per noun: starts the work, owns its undo."""
