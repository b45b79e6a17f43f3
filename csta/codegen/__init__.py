"""Generator: ``csta/asn1/schema/*.asn`` → typed messages, BER codec, XML codec. Not imported at run time."""
