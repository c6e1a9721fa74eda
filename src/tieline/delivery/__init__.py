"""How events leave and files come in: all calls of this server to others."""
