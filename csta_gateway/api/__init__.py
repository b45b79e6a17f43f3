"""The HTTP API: one module per group of routes, put together in :mod:`csta_gateway.api.application`."""
