"""What menu entries, buttons and keys do, one module per noun."""
