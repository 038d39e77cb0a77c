"""Training and evaluation; shares decoding, preprocessing and network with the service."""
