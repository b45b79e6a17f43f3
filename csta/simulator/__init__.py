"""A switching function to work against when no PBX is at hand: calls, monitors and failures as ECMA-269 has them.

Everything but :mod:`csta.simulator.server` is pure: no socket, no clock, no threads.
"""
