"""Every word that people read, below all that speaks."""
