"""``[screen]``: the pages of the CRM that calls and matches lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from msgspec import Struct, field

from crm_adapter.errors import TemplateInvalid
from crm_adapter.poprules import PopRule, Way
from crm_adapter.screenpop import Template, Templates, Variants
from crm_adapter.screenpresets import PresetName, preset
from csta.toml_file import KeyInvalid
from csta_gateway.config_sources import Filled

_ADDRESS = re.compile(r"https?://[^/?#\s{}]+([/#][^\s{}]*)?")


class UserRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[screen.users.LOGIN]``: what is different for one user.

    :param incoming: calls from outside.
    :param outgoing: calls to outside.
    :param internal: calls with colleagues.
    """

    incoming: PopRule = PopRule()
    outgoing: PopRule = PopRule()
    internal: PopRule = PopRule()

    @property
    def rules(self) -> Mapping[Way, PopRule]:
        """By the way of the call."""
        return {"incoming": self.incoming, "outgoing": self.outgoing, "internal": self.internal}


class Screen(UserRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[screen]``: the pages of the CRM a call or a match opens.

    :param preset: templates to begin with: ``generic``, ``sagecrm``, ``tryton`` or ``none``.
    :param address: where the pages of the preset's CRM begin, ``https://crm.example.org/CRM`` for example.
    :param templates: name → URL with variables, for example ``https://crm.example.org/person/{person_id}``, or a table
        with one URL each for ``person``, ``company`` and ``unknown``; they go before those of the preset.
    :param allowed_hosts: hosts these URLs may lead to, besides the one of ``address``.
    :param record: template that opens the record of a match; None: the preset's, else matches are not links.
    :param new_person: template that creates a person with the number of an unknown caller; None: the preset's.
    :param new_company: the same for a company; None: the preset's.
    :param add_number: template that opens a record to add the number of an unknown caller to; None: the preset's.
    :param incoming: what calls from outside open (``screen``, a template) and when (``trigger``: ``ring``, ``answer``,
        ``click`` or ``never``).
    :param outgoing: the same for calls to outside.
    :param internal: the same for calls with colleagues.
    :param users: login → the same three tables for one user.
    """

    preset: PresetName = "none"
    address: Filled | None = None
    templates: dict[str, Filled | Variants] = field(default_factory=dict)
    allowed_hosts: tuple[Filled, ...] = ()
    record: str | None = None
    new_person: str | None = None
    new_company: str | None = None
    add_number: str | None = None
    users: dict[str, UserRules] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Every template can be used, and every name is one of a template."""
        self._check_address()
        try:
            templates = self.compiled()
        except TemplateInvalid as problem:
            raise KeyInvalid(f"templates.{problem.place}", problem.reason) from problem
        for key, name in self._named():
            if name and name not in templates:
                raise KeyInvalid(key, f"names the template `{name}`, which is not in [screen.templates]")

    def compiled(self) -> Templates:
        """The templates of the preset and one's own. Raises :class:`crm_adapter.errors.TemplateInvalid`."""
        hosts = (*self.allowed_hosts, urlsplit(self.address).netloc) if self.address else self.allowed_hosts
        return Templates({**self._preset(), **self.templates}, hosts)

    def page(self, role: str) -> str | None:
        """Name of the template for ``record``, ``new_person``, ``new_company`` or ``add_number``, or None."""
        chosen = {
            "record": self.record,
            "new_person": self.new_person,
            "new_company": self.new_company,
            "add_number": self.add_number,
        }[role]
        return chosen if chosen is not None or role not in self._preset() else role

    def _preset(self) -> dict[str, Template]:
        return preset(self.preset, self.address or "")

    def _check_address(self) -> None:
        if (self.address is None) != (self.preset == "none"):
            raise KeyInvalid("address", "goes together with `preset`: give both or none")
        if self.address is not None and not _ADDRESS.fullmatch(self.address):
            raise KeyInvalid("address", f"`{self.address}` is not where pages begin; write it as https://host/path")

    def _named(self) -> Iterator[tuple[str, str | None]]:
        """Where in the section templates are named."""
        yield from (("record", self.record), ("new_person", self.new_person))
        yield from (("new_company", self.new_company), ("add_number", self.add_number))
        yield from ((f"{way}.screen", rule.screen) for way, rule in self.rules.items())
        for login, own in self.users.items():
            yield from ((f"users.{login}.{way}.screen", rule.screen) for way, rule in own.rules.items())
