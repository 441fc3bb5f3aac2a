"""Values turned into lines. Nothing here prints, and nothing here decides."""
