"""Makes the OpenAPI document from the layer's models and error map; see `python -m tools.openapi --help`."""
