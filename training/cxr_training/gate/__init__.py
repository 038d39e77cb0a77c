"""Fitting and measuring the gate that keeps unfit images from being judged."""
