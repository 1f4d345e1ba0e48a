"""`python -m tools.sam_local`: the built functions in containers."""
