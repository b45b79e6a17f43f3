"""Tokens of programs that use the gateway's API."""
