"""Windows Telephony (TAPI 2.0 to 3.1) as a source of calls, where a switch has no usable CSTA link."""
