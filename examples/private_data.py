"""Ask a Panasonic KX for its extensions: vendor data inside the Escape service, by a schema of one's own.

Prints the octets of the request and what they say when they are read back: ``python examples/private_data.py``.
"""

from __future__ import annotations

from csta import asn1
from csta.apdu import Invoke
from csta.asn1.private_data import PrivateSchema
from csta.messages.vendor_specific import Escape

PANASONIC = """
KME-Private DEFINITIONS ::= BEGIN

KmeSpecificPrivateData ::= CHOICE { systemData [4] KmeSystemData, ... }

KmeSystemData ::= CHOICE { getSystemData [0] GetSystemData, ... }

GetSystemData ::= CHOICE { deviceList [4] IMPLICIT DeviceListRequest, ... }

DeviceListRequest ::= SEQUENCE { category [1] RequestedCategory, ... }

RequestedCategory ::= CHOICE { standardDevice [0] DeviceCategory, ... }

DeviceCategory ::= ENUMERATED { acd(0), group(1), networkInterface(2), park(3), routeingDevice(4), station(5), ... }

END
"""


EXTENSIONS = ("systemData", ("getSystemData", ("deviceList", {"category": ("standardDevice", "station")})))
"""Get system data, of it the device list, of it the extensions; ``networkInterface`` asks for the trunk lines."""


def main() -> None:
    """Write the request and read it again."""
    schema = PrivateSchema.from_text(PANASONIC, "KmeSpecificPrivateData")
    request = Escape(private_data=schema.write(EXTENSIONS))
    octets = asn1.encode(Invoke(0x0602, request))
    print(octets.hex())

    received = asn1.decode(octets)
    if isinstance(received, Invoke) and isinstance(received.message, Escape):
        print(schema.read(received.message.private_data))


if __name__ == "__main__":
    main()
