"""What the functions are measured against. Imported by instances only, as `peers`."""
