"""What things are: nouns, states and facts; standard library only, no input or output."""
