"""The door: the only code that knows requests and responses."""
