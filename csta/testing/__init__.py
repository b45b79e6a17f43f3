"""For tests of applications on CTI links: traces that are replayed and compared, and a switch in memory.

The pytest plugin :mod:`csta.testing.plugin` is there as soon as the package is installed.
"""

from csta.testing.calls import assert_calls
from csta.testing.network import MemoryReplay, MemorySwitch, Network

__all__ = ["MemoryReplay", "MemorySwitch", "Network", "assert_calls"]
