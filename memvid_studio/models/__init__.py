"""Qt item models over frame ids; cells are filled late and never wait."""
