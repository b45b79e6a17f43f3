"""Traces of CTI links: recorded, imported, pseudonymised, replayed and drawn.

The format stands in :mod:`csta.recorder.trace`; everything else here reads or writes it.
"""
