"""How a method is declared: the machinery, which knows no method."""
