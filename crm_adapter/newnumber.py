"""A number that is written at a contact of a CRM, in the forms CRMs keep numbers in."""

from __future__ import annotations

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumber, PhoneNumberFormat

from crm_adapter.directory import Contact, LabelledNumber

VARIABLES = frozenset(
    {"record_id", "kind", "name", "label", "number", "e164", "country_code", "area_code", "local_number"}
)
"""What statements and templates may say of it."""


class NewNumber(Struct, frozen=True, kw_only=True):
    """A number somebody wants to have at a contact.

    :param label: what kind of number it is, in the words of the CRM.
    :param e164: the number.
    """

    label: str
    e164: str

    @property
    def raw(self) -> str:
        """As it is written: ``+49 89 1234567``, which nobody reads otherwise, in whatever country."""
        return str(phonenumbers.format_number(self._parsed, PhoneNumberFormat.INTERNATIONAL))

    @property
    def labelled(self) -> LabelledNumber:
        """The number as the contact has it afterwards."""
        return LabelledNumber(label=self.label, raw=self.raw)

    def is_one_of(self, contact: Contact) -> bool:
        """Whether the contact has it already, as it would be written."""
        return _digits(self.raw) in {_digits(number.raw) for number in contact.numbers}

    def variables(self, contact: Contact) -> dict[str, str]:
        """The values of :data:`VARIABLES`."""
        country, area, local = self._parts
        return {
            "record_id": contact.record_id,
            "kind": contact.kind,
            "name": contact.name,
            "label": self.label,
            "number": self.raw,
            "e164": self.e164,
            "country_code": country,
            "area_code": area,
            "local_number": local,
        }

    @property
    def _parsed(self) -> PhoneNumber:
        return phonenumbers.parse(self.e164)

    @property
    def _parts(self) -> tuple[str, str, str]:
        """Country code, area code or that of a mobile network, and the rest."""
        national = phonenumbers.national_significant_number(self._parsed)
        length = phonenumbers.length_of_national_destination_code(self._parsed)
        return str(self._parsed.country_code), national[:length], national[length:]


def _digits(raw: str) -> str:
    return "".join(filter(str.isdecimal, raw))
