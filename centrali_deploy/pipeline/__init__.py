"""The verbs, one module each: short functions that hand values from one floor to the next."""
