"""Calls, devices and the provider interface, independent of any wire."""
