"""A chatbot that answers questions from a file, and needs no address of its own: a complete small example."""
