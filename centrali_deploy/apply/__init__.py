"""Carrying out a plan: one outcome for each change, as it happens."""
