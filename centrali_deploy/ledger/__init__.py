"""What was applied last, whose it is, who is applying now, and what was applied before."""
