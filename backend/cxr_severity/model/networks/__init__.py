"""The networks that a version may be of: one module each, with what is its own."""
