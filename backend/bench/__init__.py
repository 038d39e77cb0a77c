"""`make bench`: how fast the service is, beside a plain one and beside the bare network."""
