"""The service: HTTP in, `Predictor` in the middle, JSON out."""
