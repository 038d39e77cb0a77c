"""What a model is worth, from its readings of patients that it never saw."""
