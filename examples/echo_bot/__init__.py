"""A chatbot that receives visitors of an open line, and repeats what it is told: a complete small example."""
