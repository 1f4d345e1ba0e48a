"""The operations, one module a function; each describes its `PATHS`."""
