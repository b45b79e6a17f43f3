"""Tables of the embedded CRM: companies, people, their numbers, users and their devices."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table

METADATA = MetaData()

COMPANIES = Table(
    "companies",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, index=True),
)

PEOPLE = Table(
    "people",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, index=True),
    Column("company_id", ForeignKey("companies.id"), index=True),
)

PHONES = Table(
    "phones",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), index=True),
    Column("company_id", ForeignKey("companies.id"), index=True),
    Column("label", String(40), nullable=False, comment="what kind of number: business, mobile, private"),
    Column("raw", String(120), nullable=False, comment="as somebody wrote it"),
    CheckConstraint(
        "(person_id IS NULL AND company_id IS NOT NULL) OR (person_id IS NOT NULL AND company_id IS NULL)",
        name="phone_belongs_to_one",
    ),
)

USERS = Table(
    "users",
    METADATA,
    Column("login", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("language", String(2), nullable=False, default="de"),
    Column("role", String(20), nullable=False, default="user"),
    Column("extension", String(40), nullable=False, default="", comment="number colleagues dial"),
    Column("site", String(80), nullable=False, default="", comment="name of the site; empty: the main one"),
    Column("area_code", String(20), comment="where it is not the site's"),
    Column("outside_prefix", String(20), comment="where it is not the site's"),
    Column("cti_enabled", Boolean, nullable=False, default=True),
    Column("call_screen", String(80), nullable=False, default="", comment="name of the URL template a call opens"),
    Column("password_hash", String(200), nullable=False, default="", comment="argon2"),
)

USER_DEVICES = Table(
    "user_devices",
    METADATA,
    Column("login", ForeignKey("users.login"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False, comment="0 is the device calls are made from"),
    Column("device", String(128), nullable=False),
)
