"""Sentences for users, by key and language."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from crm_adapter.errors import WriteReason
from crm_adapter.numbersteps import StepName

Language = Literal["de", "en"]

NUMBER_INVALID = MappingProxyType(
    {
        "empty": {
            "de": "Bitte geben Sie eine Nummer ein.",
            "en": "Please enter a number.",
        },
        "not_a_number": {
            "de": "Das ist keine Telefonnummer. Bitte geben Sie Ziffern ein, zum Beispiel 089 1234567.",
            "en": "That is not a phone number. Please enter digits, for example 089 1234567.",
        },
        "format": {
            "de": "Bitte geben Sie nur Ziffern und Leerzeichen ein, oder die Form + Land (Ort) Nummer.",
            "en": "Please enter only digits and spaces, or the form + country (area) number.",
        },
        "feature_code": {
            "de": "Nummern mit * oder # können hier nicht gewählt werden. Bitte wählen Sie sie am Telefon.",
            "en": "Numbers with * or # cannot be dialled here. Please dial them on the phone.",
        },
        "too_short": {
            "de": "Die Nummer ist zu kurz. Bitte prüfen Sie, ob Ziffern fehlen.",
            "en": "The number is too short. Please check whether digits are missing.",
        },
        "too_long": {
            "de": "Die Nummer ist zu lang. Bitte prüfen Sie, ob es zwei Nummern in einem Feld sind.",
            "en": "The number is too long. Please check whether these are two numbers in one field.",
        },
        "country_unknown": {
            "de": "Diese Landesvorwahl gibt es nicht. Bitte prüfen Sie die ersten Ziffern.",
            "en": "There is no such country code. Please check the first digits.",
        },
        "not_possible": {
            "de": "Eine Nummer dieser Länge gibt es dort nicht. Bitte prüfen Sie die Nummer.",
            "en": "There is no number of this length there. Please check the number.",
        },
    }
)
"""Why a number cannot be dialled and what to do, by :attr:`crm_adapter.errors.NumberInvalid.reason`."""

WRITE_REFUSED: MappingProxyType[WriteReason, dict[Language, str]] = MappingProxyType(
    {
        "forbidden": {
            "de": "Das CRM lässt hier keine Änderung zu. Bitte wenden Sie sich an Ihre Administration.",
            "en": "The CRM allows no change here. Please ask your administrator.",
        },
        "changed": {
            "de": "Der Kontakt wurde gerade geändert. Bitte suchen Sie ihn noch einmal.",
            "en": "The contact has just been changed. Please search for it again.",
        },
        "gone": {
            "de": "Diesen Kontakt gibt es im CRM nicht mehr. Bitte suchen Sie noch einmal.",
            "en": "This contact is no longer in the CRM. Please search again.",
        },
        "full": {
            "de": "Bei diesem Kontakt ist für eine solche Nummer kein Feld mehr frei. Bitte tragen Sie sie im CRM ein.",
            "en": "This contact has no free field for such a number. Please enter it in the CRM.",
        },
        "refused": {
            "de": "Das CRM hat die Nummer nicht angenommen. Bitte tragen Sie sie dort ein.",
            "en": "The CRM did not take the number. Please enter it there.",
        },
    }
)
"""Why a number was not written at a contact and what to do, by :attr:`crm_adapter.errors.WriteRefused.reason`."""

NUMBER_STEPS: MappingProxyType[StepName, dict[Language, str]] = MappingProxyType(
    {
        "identifier": {"de": "Gerätekennung", "en": "device identifier"},
        "withheld": {"de": "keine Nummer", "en": "no number"},
        "rule": {"de": "Regel {detail}", "en": "rule {detail}"},
        "feature": {"de": "Code der Anlage", "en": "code of the switch"},
        "spelling": {"de": "Schreibweise", "en": "spelling"},
        "behind": {"de": "danach zu wählen", "en": "to dial afterwards"},
        "emergency": {"de": "Notruf", "en": "emergency number"},
        "internal": {"de": "Durchwahl", "en": "extension"},
        "service": {"de": "Kurzwahlnummer des Landes", "en": "short number of the country"},
        "outside": {"de": "Amtskennziffer entfernt", "en": "outside prefix taken off"},
        "abroad": {"de": "Auslandsvorwahl", "en": "international prefix"},
        "plus": {"de": "Plus ergänzt", "en": "plus added"},
        "area": {"de": "Ortsvorwahl ergänzt", "en": "area code added"},
        "guess": {"de": "geraten", "en": "guessed"},
        "plan": {"de": "Rufnummernplan {detail}", "en": "number plan of {detail}"},
        "own": {"de": "eigene Nummer {detail}", "en": "own number {detail}"},
        "refused": {"de": "keine Nummer", "en": "no number"},
        "area_rule": {"de": "Ortskennzahlregel {detail}", "en": "area code rule {detail}"},
        "dialled": {"de": "gewählt", "en": "dialled"},
    }
)
"""What was applied to a number, by :data:`crm_adapter.numbersteps.StepName`."""
