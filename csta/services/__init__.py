"""The services of ECMA-269 by chapter, as methods with their usual parameters.

What a method leaves out can be said with the request itself: ``client.request(MakeCall(...))``.
"""

from csta.services.call_associated import CallAssociated
from csta.services.call_control import CallControl
from csta.services.logical_device import LogicalDevice
from csta.services.monitoring import Monitoring
from csta.services.requester import Requester, device_id
from csta.services.snapshot import Snapshot
from csta.services.system import System

__all__ = [
    "CallAssociated",
    "CallControl",
    "LogicalDevice",
    "Monitoring",
    "Requester",
    "Snapshot",
    "System",
    "device_id",
]
