"""Development tools; none of this is deployed."""
