"""Templates for the pages of known CRMs; ``{address}`` in them is where the CRM's own pages begin."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import structs

from crm_adapter.screenpop import Template, Variants

PresetName = Literal["none", "generic", "sagecrm", "tryton"]

Preset = Mapping[str, Template]

GENERIC: Preset = MappingProxyType(
    {
        "record": "{address}/{kind}/{record_id}",
        "summary": "{address}/{kind}/{record_id}",
        "new_case": "{address}/case/new?person={person_id}&company={company_id}&phone={e164}",
        "new_lead": "{address}/lead/new?person={person_id}&company={company_id}&name={name}&phone={e164}",
        "new_opportunity": "{address}/opportunity/new?person={person_id}&company={company_id}",
        "new_person": "{address}/person/new?name={name}&phone={e164}",
        "new_company": "{address}/company/new?name={name}&phone={e164}",
        "add_number": "{address}/{kind}/{record_id}/edit?phone={e164}",
    }
)
"""A CRM that does not exist: what an administrator starts from."""

_SAGE = "{address}/eware.dll/Do?Act="
_SAGE_PERSON = "&Key0=2&Key1={company_id}&Key2={person_id}"
_SAGE_COMPANY = "&Key0=1&Key1={company_id}"
_SAGE_RECORD = Variants(person=f"{_SAGE}220{_SAGE_PERSON}", company=f"{_SAGE}200{_SAGE_COMPANY}")


def _sage_new(act: int) -> Variants:
    """A form with the context it begins with; of a stranger there is none."""
    return Variants(
        person=f"{_SAGE}{act}{_SAGE_PERSON}", company=f"{_SAGE}{act}{_SAGE_COMPANY}", unknown=f"{_SAGE}{act}"
    )


SAGECRM: Preset = MappingProxyType(
    {
        "record": _SAGE_RECORD,
        "summary": _SAGE_RECORD,
        "new_case": _sage_new(282),
        "new_lead": _sage_new(191),
        "new_opportunity": _sage_new(261),
        "new_person": f"{_SAGE}141",
        "new_company": f"{_SAGE}140",
        "add_number": _SAGE_RECORD,
    }
)
"""Sage CRM 7.3: the action in ``Act``, the kind of record in ``Key0``, company and person in ``Key1`` and ``Key2``.

Its forms take no number from the address, and its pages ask for a log-in where the browser has none.
"""

_TRYTON_PARTIES = "{address}/model/party.party"

TRYTON: Preset = MappingProxyType(
    {
        "record": f"{_TRYTON_PARTIES}/{{record_id}}",
        "summary": f"{_TRYTON_PARTIES}/{{record_id}}",
        "new_person": _TRYTON_PARTIES,
        "new_company": _TRYTON_PARTIES,
        "add_number": f"{_TRYTON_PARTIES}/{{record_id}}",
    }
)
"""Tryton's web client; the address ends in ``#`` and the name of the database. Its forms take nothing from it."""

PRESETS: Mapping[PresetName, Preset] = MappingProxyType({"generic": GENERIC, "sagecrm": SAGECRM, "tryton": TRYTON})


def preset(name: PresetName, address: str) -> dict[str, Template]:
    """The templates of a CRM by name; none for ``none``.

    :param address: where its pages begin, without braces.
    """
    return {key: _at(address.rstrip("/"), template) for key, template in PRESETS.get(name, {}).items()}


def _at(address: str, template: Template) -> Template:
    if isinstance(template, str):
        return template.replace("{address}", address)
    texts = {kind: text.replace("{address}", address) for kind, text in structs.asdict(template).items() if text}
    return Variants(**texts)
