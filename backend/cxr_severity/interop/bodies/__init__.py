"""The JSON of a judgement and of a problem, for whoever answers in it."""
