"""Queries for databases whose tables are known; columns are those of :data:`crm_adapter.sources.records.Record`."""

from __future__ import annotations

from types import MappingProxyType

from msgspec import Struct


class Queries(Struct, frozen=True, kw_only=True):
    """SQL text of a source.

    :param contacts: a row for each number of a contact, the rows of a contact together (``ORDER BY``).
    :param changed: the same for contacts changed at or after ``:since``, or empty: everything is read each time. Its
        rows and those of ``contacts`` have ``updated``, and where records are only marked as deleted, ``deleted``.
    :param users: a row for each device of a user, the rows of a user together; empty: there are none.
    :param log: writes down a call, with the fields of :class:`crm_adapter.directory.Activity` as ``:key``, ``:subject``
        and so on; empty: calls are not written.
    :param note: changes ``:note`` and ``:disposition`` of the call with ``:key``; empty: they cannot be changed later.
    :param add_number: statements that together give a contact a number, with the variables of
        :data:`crm_adapter.newnumber.VARIABLES`; when they change no row, the contact is gone. Empty: numbers are not
        written.
    :param number_kinds: values of ``:label``.
    """

    contacts: str
    changed: str = ""
    users: str = ""
    log: str = ""
    note: str = ""
    add_number: tuple[str, ...] = ()
    number_kinds: tuple[str, ...] = ("business", "mobile", "private")


EMBEDDED = Queries(
    contacts="""
        SELECT 'company' AS kind, companies.id AS id, companies.name AS company, NULL AS name,
               companies.id AS company_id, phones.label AS label, phones.raw AS number, phones.id AS phone_id
          FROM companies LEFT JOIN phones ON phones.company_id = companies.id
         UNION ALL
        SELECT 'person', people.id, companies.name, people.name, companies.id, phones.label, phones.raw, phones.id
          FROM people LEFT JOIN companies ON companies.id = people.company_id
                      LEFT JOIN phones ON phones.person_id = people.id
         ORDER BY 1, 2, 8
    """,
    users="""
        SELECT users.*, user_devices.device AS device
          FROM users LEFT JOIN user_devices ON user_devices.login = users.login
         ORDER BY users.login, user_devices.position
    """,
    add_number=(
        """INSERT INTO phones (person_id, label, raw)
           SELECT id, :label, :number FROM people WHERE id = :record_id AND 'person' = :kind""",
        """INSERT INTO phones (company_id, label, raw)
           SELECT id, :label, :number FROM companies WHERE id = :record_id AND 'company' = :kind""",
    ),
)
"""The tables of :mod:`crm_adapter.sources.schema`."""

# PLink_EntityID is 5 for companies and 13 for persons.
_SAGE_CONTACTS = """
    SELECT 'company' AS kind, Comp_CompanyId AS id, NULL AS first_name, NULL AS last_name, Comp_Name AS company,
           Comp_PrimaryPersonId AS person_id, Comp_CompanyId AS company_id, PLink_Type AS label,
           Phon_CountryCode AS country_code, Phon_AreaCode AS area_code, Phon_Number AS number,
           Phon_PhoneId AS phone_id
      FROM Company
           LEFT JOIN PhoneLink ON PLink_EntityID = 5 AND PLink_RecordID = Comp_CompanyId AND PLink_Deleted IS NULL
           LEFT JOIN Phone ON Phon_PhoneId = PLink_PhoneId AND Phon_Deleted IS NULL
     WHERE Comp_Deleted IS NULL
     UNION ALL
    SELECT 'person', Pers_PersonId, Pers_FirstName, Pers_LastName, Comp_Name, Pers_PersonId, Pers_CompanyId, PLink_Type,
           Phon_CountryCode, Phon_AreaCode, Phon_Number, Phon_PhoneId
      FROM Person
           LEFT JOIN Company ON Comp_CompanyId = Pers_CompanyId AND Comp_Deleted IS NULL
           LEFT JOIN PhoneLink ON PLink_EntityID = 13 AND PLink_RecordID = Pers_PersonId AND PLink_Deleted IS NULL
           LEFT JOIN Phone ON Phon_PhoneId = PLink_PhoneId AND Phon_Deleted IS NULL
     WHERE Pers_Deleted IS NULL
     ORDER BY 1, 2, 12
"""

SAGECRM = Queries(
    contacts=_SAGE_CONTACTS,
    users="""
        SELECT User_Logon AS login, User_FirstName AS first_name, User_LastName AS last_name,
               User_Language AS language, User_Extension AS extension, User_CTIEnabled AS cti_enabled,
               User_CTICallScreen AS call_screen, User_CTIDeviceName AS device
          FROM Users WHERE User_Deleted IS NULL AND User_Disabled IS NULL
         ORDER BY User_Logon
    """,
    # The second statement finds what the first one has written: in one transaction it is the last of its like.
    add_number=(
        """INSERT INTO Phone (Phon_CountryCode, Phon_AreaCode, Phon_Number)
           SELECT :country_code, :area_code, :local_number FROM Person
            WHERE Pers_PersonId = :record_id AND Pers_Deleted IS NULL AND 'person' = :kind
            UNION ALL
           SELECT :country_code, :area_code, :local_number FROM Company
            WHERE Comp_CompanyId = :record_id AND Comp_Deleted IS NULL AND 'company' = :kind""",
        """INSERT INTO PhoneLink (PLink_EntityID, PLink_RecordID, PLink_PhoneId, PLink_Type)
           SELECT 13, Pers_PersonId, (
                      SELECT MAX(Phon_PhoneId) FROM Phone
                       WHERE Phon_CountryCode = :country_code AND Phon_AreaCode = :area_code
                         AND Phon_Number = :local_number), :label FROM Person
            WHERE Pers_PersonId = :record_id AND Pers_Deleted IS NULL AND 'person' = :kind
            UNION ALL
           SELECT 5, Comp_CompanyId, (
                      SELECT MAX(Phon_PhoneId) FROM Phone
                       WHERE Phon_CountryCode = :country_code AND Phon_AreaCode = :area_code
                         AND Phon_Number = :local_number), :label FROM Company
            WHERE Comp_CompanyId = :record_id AND Comp_Deleted IS NULL AND 'company' = :kind""",
    ),
    number_kinds=("Business", "Mobile", "Home"),
)
"""The schema of Sage CRM from 7.2, whose tables number their rows themselves; before, a stored procedure did.

Calls are not written into its tables, which are not meant to be written from outside.
"""

PRESETS = MappingProxyType({"embedded": EMBEDDED, "sagecrm": SAGECRM})
"""By the name the configuration uses."""
