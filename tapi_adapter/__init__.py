"""Windows Telephony (TAPI 2.x) as a source of calls, for telephones that no CSTA link reaches."""
