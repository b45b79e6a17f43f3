"""What sort of place a number leads to, as far as the bill goes."""

from __future__ import annotations

from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType

from crm_adapter.location import Location
from crm_adapter.numbers import Number

Destination = Literal["internal", "national", "mobile", "international", "premium", "emergency"]
"""``premium``: premium-rate, shared-cost and personal numbers of any country, satellites, short numbers of services,
and codes of the switch."""

_COSTLY = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER}
_OF_NO_COUNTRY = "001"
_OF_ITSELF: dict[str, Destination] = {"emergency": "emergency", "internal": "internal"}


def destination(number: Number, location: Location) -> Destination:
    """Where ``number`` leads, seen from ``location``; what nobody knows the price of counts as ``premium``."""
    if number.kind in _OF_ITSELF:
        return _OF_ITSELF[number.kind]
    if number.e164 is None:
        return "premium"
    parsed = phonenumbers.parse(number.e164)
    kind, country = phonenumbers.number_type(parsed), parsed.country_code or 0
    if kind in _COSTLY:
        return "premium"
    if kind == PhoneNumberType.TOLL_FREE:
        return "national"
    if phonenumbers.region_code_for_country_code(country) == _OF_NO_COUNTRY:
        return "premium"
    if country != location.calling_code:
        return "international"
    return "mobile" if kind == PhoneNumberType.MOBILE else "national"
