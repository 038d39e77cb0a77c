"""The data folder that training reads, rebuilt from the public collections (`cxr-prepare`)."""
