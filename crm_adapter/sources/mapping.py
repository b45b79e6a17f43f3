"""Says which fields of a CRM's record are what: the part of a source that is configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from crm_adapter.directory import Contact, LabelledNumber
from crm_adapter.sources import records
from crm_adapter.users import User

FIELDS = frozenset({"kind", "id", "name", "first_name", "last_name", "company", "person_id", "company_id"})
"""What a contact can be made of."""

USER_FIELDS = frozenset(
    {
        "login",
        "name",
        "first_name",
        "last_name",
        "language",
        "role",
        "groups",
        "extension",
        "cti_enabled",
        "call_screen",
        "site",
        "area_code",
        "outside_prefix",
        "password_hash",
    }
)
"""What a user can be made of, besides the devices."""


class FieldMap(Struct, frozen=True, kw_only=True):
    """Names of the fields in the records of a source.

    :param fields: our name (``id``, ``name``, ``company`` …) → theirs. A name that is not listed is theirs too.
    :param numbers: what kind of number (``business``, ``mobile`` …) → the field it is in. Any text field can be one.
    """

    fields: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A name nobody reads is a mistake in it."""
        unknown = sorted(set(self.fields) - FIELDS - USER_FIELDS)
        if unknown:
            raise ValueError(f"unknown field `{unknown[0]}`; known are {', '.join(sorted(FIELDS | USER_FIELDS))}")

    def contact(self, record: Mapping[str, Any], record_id: str = "") -> Contact | None:
        """The contact of a record, or None when it names nobody.

        :param record_id: key of a record that has no field for it.
        """
        named = {name: record.get(self.fields.get(name, name)) for name in FIELDS}
        named["id"] = named["id"] or record_id
        return records.contact(named, self._numbers(record))

    def user(self, record: Mapping[str, Any], devices: tuple[str, ...]) -> User:
        """The user of a record.

        :raises DirectoryError: it has no login, or a role nobody knows.
        """
        named = {name: record[theirs] for name in USER_FIELDS if (theirs := self.fields.get(name, name)) in record}
        return records.user(named, records.text(named, "login"), devices)

    def _numbers(self, record: Mapping[str, Any]) -> list[LabelledNumber]:
        """Numbers of the fields; a field may hold several, as a list."""
        found = []
        for label, theirs in self.numbers.items():
            values = record.get(theirs)
            for value in values if isinstance(values, list | tuple) else (values,):
                number = records.number_of({"label": label, "number": value}, 0)
                if number is not None:
                    found.append(number)
        return found
