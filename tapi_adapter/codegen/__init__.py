"""Tables of facts about Windows Telephony → constants.py, layout.py and functions.py; not imported at run time."""
