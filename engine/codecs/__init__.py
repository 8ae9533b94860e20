"""How a payload is packed: as it is or compressed, and which of the two is worth it."""
