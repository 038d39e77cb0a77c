"""Decoding in processes that can be killed, for what native decoders might never be done with."""
