"""From bytes to a finished judgement, below every way of asking for one."""
