"""Tables of the contact index."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

_KEY = BigInteger().with_variant(Integer, "sqlite")  # only an INTEGER key is SQLite's own row number

_LONG = String().with_variant(Text(), "mysql", "mariadb")  # their VARCHAR needs a length

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("source", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("record_id", String(250), nullable=False, comment="key in the source"),
    Column("name", String(250), nullable=False),
    Column("company", String(250)),
    Column("person_id", String(250)),
    Column("company_id", String(250)),
    Column("digest", String(16), nullable=False, comment="of the contact as the source gave it"),
    UniqueConstraint("source", "kind", "record_id", name="contact_once"),
)

NUMBERS = Table(
    "numbers",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("label", String(80), nullable=False),
    Column("raw", String(250), nullable=False, comment="as somebody wrote it"),
    Column("e164", String(16), comment="empty when nobody can call from it"),
    Column("main", Boolean, nullable=False, comment="written as a main number"),
    Column("tail", String(9), comment="last digits, where uncertain matches are wanted"),
    Index("numbers_by_e164", "e164"),
    Index("numbers_by_tail", "tail"),
)

FEEDS = Table(
    "feeds",
    METADATA,
    Column("source", String(80), primary_key=True),
    Column("site", _LONG, nullable=False, comment="the rules numbers were read by"),
    Column("token", _LONG, comment="where the next reading goes on; empty: from the beginning"),
)
