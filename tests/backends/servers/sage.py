"""Tables with the names and columns of Sage CRM, as far as the preset reads them."""

from __future__ import annotations

from tests.backends.crm import Entry
from tests.backends.servers.tables import Database, Tables

SCHEMA = (
    """CREATE TABLE Users (User_UserId INTEGER PRIMARY KEY, User_Logon VARCHAR(50), User_FirstName VARCHAR(20),
       User_LastName VARCHAR(35), User_Extension VARCHAR(20), User_CTIEnabled CHAR(1), User_CTIDeviceName VARCHAR(128),
       User_CTICallScreen VARCHAR(40), User_Language VARCHAR(5), User_Disabled CHAR(1), User_Deleted INTEGER)""",
    """CREATE TABLE Company (Comp_CompanyId INTEGER PRIMARY KEY, Comp_Name VARCHAR(60), Comp_PrimaryPersonId INTEGER,
       Comp_Deleted INTEGER)""",
    """CREATE TABLE Person (Pers_PersonId INTEGER PRIMARY KEY, Pers_CompanyId INTEGER, Pers_FirstName VARCHAR(30),
       Pers_LastName VARCHAR(40), Pers_Deleted INTEGER)""",
    """CREATE TABLE Phone (Phon_PhoneId IDENTITY, Phon_CountryCode VARCHAR(5), Phon_AreaCode VARCHAR(20),
       Phon_Number VARCHAR(80), Phon_Deleted INTEGER)""",
    """CREATE TABLE PhoneLink (PLink_LinkId IDENTITY, PLink_EntityID INTEGER, PLink_RecordID INTEGER,
       PLink_PhoneId INTEGER, PLink_Type VARCHAR(40), PLink_Deleted INTEGER)""",
)

PERSON, COMPANY = 13, 5
"""Values of PLink_EntityID."""


class Sage(Tables):
    """A database as Sage CRM keeps it: what is deleted stays, with a mark."""

    preset = "sagecrm"
    create = SCHEMA

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.do(
            """INSERT INTO Users VALUES (1, 'anna', 'Anna', 'Berger', '2001', 'Y', '2001', 'Case', 'DE', NULL, NULL),
               (2, 'gone', 'Gert', 'Gone', '2009', 'Y', '2009', 'Case', 'DE', NULL, 1)"""
        )

    def insert(self, key: str, entry: Entry) -> None:
        first, _, last = entry.name.rpartition(" ")
        self.do("INSERT INTO Person VALUES (:id, NULL, :first, :last, NULL)", id=int(key), first=first, last=last)
        for label, numbers in entry.numbers.items():
            for raw in numbers:
                self.phone(PERSON, int(key), label.capitalize(), number=raw)

    def delete(self, key: str) -> None:
        self.do(
            "UPDATE Person SET Pers_Deleted = 1 WHERE Pers_PersonId = :id",
            "UPDATE PhoneLink SET PLink_Deleted = 1 WHERE PLink_EntityID = 13 AND PLink_RecordID = :id",
            id=int(key),
        )

    def change(self, key: str, entry: Entry) -> None:
        self.delete(key)
        self.do("DELETE FROM Person WHERE Pers_PersonId = :id", id=int(key))
        self.insert(key, entry)

    def phone(
        self, entity: int, record: int, kind: str, country: str | None = None, area: str | None = None, *, number: str
    ) -> None:
        """Give a person or company a number, in the three parts the CRM keeps."""
        phone = next(self.keys)
        self.do(
            "INSERT INTO Phone VALUES (:phone, :country, :area, :number, NULL)",
            "INSERT INTO PhoneLink VALUES (:phone, :entity, :record, :phone, :kind, NULL)",
            phone=phone,
            country=country,
            area=area,
            number=number,
            entity=entity,
            record=record,
            kind=kind,
        )
