"""Sentences for people, German and English. Those of the call screen itself are in ``static/i18n``."""

from __future__ import annotations

from typing import NamedTuple

from crm_adapter.texts import Language


class Words(NamedTuple):
    """The same in both languages."""

    de: str
    en: str

    def said(self, language: Language) -> str:
        """The words in a language."""
        return self.de if language == "de" else self.en


TEXTS: dict[Language, dict[str, str]] = {
    "de": {
        "not_logged_in": "Bitte anmelden.",
        "login_failed": "Benutzer oder Kennwort stimmt nicht. Bitte noch einmal eingeben.",
        "too_many_attempts": "Zu viele Versuche. Bitte in {seconds} Sekunden noch einmal.",
        "forbidden": "Das ist mit diesem Benutzer nicht erlaubt. Die Administration kann es freigeben.",
        "csrf": "Die Seite ist nicht mehr aktuell. Bitte neu laden.",
        "bad_request": "Das Gateway versteht die Anfrage nicht. Bitte die Seite neu laden.",
        "not_found": "Das gibt es hier nicht. Bitte die Seite neu laden.",
        "call_unknown": "Diesen Anruf gibt es nicht mehr.",
        "call_state": "Das geht im Augenblick mit diesem Anruf nicht. Bitte den Zustand des Anrufs prüfen.",
        "link_down": "Die Telefonanlage ist nicht erreichbar. Bitte das Telefon selbst benutzen, bis sie zurück ist.",
        "refused": "Die Anlage lehnt ab: {reason}",
        "timeout": "Die Anlage antwortet nicht. Bitte am Telefon prüfen, ob es geklappt hat.",
        "too_large": "Das ist zu viel auf einmal. Bitte kürzen.",
        "internal": "Im Gateway ist ein Fehler aufgetreten. Bitte noch einmal versuchen, sonst Administration fragen.",
        "problem.not_logged_in": "Nicht angemeldet",
        "problem.login_failed": "Anmeldung misslungen",
        "problem.too_many_attempts": "Zu viele Versuche",
        "problem.forbidden": "Nicht erlaubt",
        "problem.csrf": "Seite veraltet",
        "problem.bad_request": "Anfrage unverständlich",
        "problem.not_found": "Nicht vorhanden",
        "problem.call_unknown": "Anruf unbekannt",
        "problem.call_state": "Im Zustand des Anrufs nicht möglich",
        "problem.link_down": "Telefonanlage nicht erreichbar",
        "problem.refused": "Von der Telefonanlage abgelehnt",
        "problem.timeout": "Keine Antwort der Telefonanlage",
        "problem.too_large": "Zu groß",
        "problem.number_invalid": "Nummer ungültig",
        "problem.internal": "Fehler im Gateway",
        "refused.resourceBusy": "das Gerät ist besetzt. Bitte später noch einmal versuchen.",
        "refused.resourceOutOfService": "das Gerät ist außer Betrieb. Bitte ein anderes benutzen.",
        "refused.invalidDestination": "die Nummer ist ungültig. Bitte die Nummer prüfen.",
        "refused.invalidDeviceID": "das Gerät ist unbekannt. Die Administration kann es einrichten.",
        "refused.privilegeViolation": "das darf dieses Telefon nicht. Die Administration kann es freigeben.",
        "refused.stateIncompatibility": "der Anruf ist dafür im falschen Zustand. Bitte am Telefon nachsehen.",
        "refused.systemResourceAvailability": "alle Leitungen sind belegt. Bitte später noch einmal versuchen.",
        "refused.notSupported": "das kann diese Anlage nicht. Bitte am Telefon selbst versuchen.",
        "refused.operation": "der Auftrag passt nicht. Bitte die Nummer und den Zustand des Anrufs prüfen.",
        "link.down": "Solange bitte das Telefon selbst benutzen.",
        "number.site": "Standort",
        "number.main_site": "Hauptstandort",
        "number.role": "Rolle",
        "number.role.incoming": "kommend (Anrufer)",
        "number.role.outgoing": "gehend (gewählt)",
        "number.role.redirecting": "umleitend",
        "number.role.connected": "verbunden",
        "number.role.stored": "im CRM gespeichert",
        "number.role.typed": "eingegeben",
        "number.e164": "E.164",
        "number.others": "oder auch",
        "number.kind": "Art",
        "number.kind.internal": "intern",
        "number.kind.national": "Inland",
        "number.kind.international": "Ausland",
        "number.kind.emergency": "Notruf",
        "number.kind.service": "Dienst",
        "number.kind.feature": "Code der Anlage",
        "number.kind.unknown": "unbekannt",
        "number.shown": "Anzeige",
        "number.canonical": "kanonisch",
        "number.doubt": "Zweifel",
        "number.unverified": "der Rufnummernplan kennt keine solche Nummer",
        "number.none": "keine",
        "number.nothing": "nichts",
        "number.dialled": "gewählt als",
        "number.then": "{digits}, nach dem Abheben {then}",
        "number.not_dialled": "nichts: {reason}",
    },
    "en": {
        "not_logged_in": "Please log in.",
        "login_failed": "User or password is wrong. Please enter them again.",
        "too_many_attempts": "Too many attempts. Please try again in {seconds} seconds.",
        "forbidden": "This user is not allowed to do that. The administrator can allow it.",
        "csrf": "The page is out of date. Please reload it.",
        "bad_request": "The gateway does not understand the request. Please reload the page.",
        "not_found": "There is no such thing here. Please reload the page.",
        "call_unknown": "This call does not exist any more.",
        "call_state": "That is not possible with this call now. Please check the state of the call.",
        "link_down": "The telephone system cannot be reached. Please use the telephone itself until it is back.",
        "refused": "The telephone system refuses: {reason}",
        "timeout": "The telephone system does not answer. Please check on the telephone whether it worked.",
        "too_large": "That is too much at once. Please shorten it.",
        "internal": "Something went wrong in the gateway. Please try again; if it stays so, ask the administrator.",
        "problem.not_logged_in": "Not logged in",
        "problem.login_failed": "Log-in failed",
        "problem.too_many_attempts": "Too many attempts",
        "problem.forbidden": "Not allowed",
        "problem.csrf": "Page out of date",
        "problem.bad_request": "Request not understood",
        "problem.not_found": "Not found",
        "problem.call_unknown": "No such call",
        "problem.call_state": "Not possible in the state of the call",
        "problem.link_down": "Telephone system cannot be reached",
        "problem.refused": "Refused by the telephone system",
        "problem.timeout": "No answer of the telephone system",
        "problem.too_large": "Too large",
        "problem.number_invalid": "Number not valid",
        "problem.internal": "Error in the gateway",
        "refused.resourceBusy": "the device is busy. Please try again later.",
        "refused.resourceOutOfService": "the device is out of service. Please use another one.",
        "refused.invalidDestination": "the number is not valid. Please check the number.",
        "refused.invalidDeviceID": "the device is unknown. The administrator can set it up.",
        "refused.privilegeViolation": "this telephone may not do that. The administrator can allow it.",
        "refused.stateIncompatibility": "the call is in the wrong state for it. Please look at the telephone.",
        "refused.systemResourceAvailability": "all lines are in use. Please try again later.",
        "refused.notSupported": "this switch cannot do it. Please try on the telephone itself.",
        "refused.operation": "the order does not fit. Please check the number and the state of the call.",
        "link.down": "Until then please use the telephone itself.",
        "number.site": "site",
        "number.main_site": "main site",
        "number.role": "role",
        "number.role.incoming": "incoming (caller)",
        "number.role.outgoing": "outgoing (dialled)",
        "number.role.redirecting": "redirecting",
        "number.role.connected": "connected",
        "number.role.stored": "stored in the CRM",
        "number.role.typed": "typed",
        "number.e164": "E.164",
        "number.others": "or else",
        "number.kind": "kind",
        "number.kind.internal": "internal",
        "number.kind.national": "national",
        "number.kind.international": "international",
        "number.kind.emergency": "emergency",
        "number.kind.service": "service",
        "number.kind.feature": "code of the switch",
        "number.kind.unknown": "unknown",
        "number.shown": "shown as",
        "number.canonical": "canonical",
        "number.doubt": "doubt",
        "number.unverified": "the number plan knows no such number",
        "number.none": "none",
        "number.nothing": "nothing",
        "number.dialled": "dialled as",
        "number.then": "{digits}, after the answer {then}",
        "number.not_dialled": "nothing: {reason}",
    },
}

REFUSALS: dict[str, str] = {
    "resourceBusy": "resourceBusy",
    "resourceOutOfService": "resourceOutOfService",
    "deviceOutOfService": "resourceOutOfService",
    "calledDeviceOutOfService": "resourceOutOfService",
    "callingDeviceOutOfService": "resourceOutOfService",
    "destinationDeviceOutOfService": "resourceOutOfService",
    "invalidDestination": "invalidDestination",
    "invalidCalledDeviceID": "invalidDestination",
    "invalidDestinationDeviceID": "invalidDestination",
    "invalidForwardingDestination": "invalidDestination",
    "invalidDeviceID": "invalidDeviceID",
    "invalidCallingDeviceID": "invalidDeviceID",
    "serviceNotSupported": "notSupported",
    "parameterNotSupported": "notSupported",
    "privilegeViolationSpecifiedDevice": "privilegeViolation",
    "privilegeViolationCalledDevice": "privilegeViolation",
    "privilegeViolationCallingDevice": "privilegeViolation",
    "privilegeViolationDestinationDevice": "privilegeViolation",
    "securityViolation": "privilegeViolation",
    "security": "privilegeViolation",
    "stateIncompatibility": "stateIncompatibility",
    "systemResourceAvailability": "systemResourceAvailability",
    "subscribedResourceAvailability": "systemResourceAvailability",
}
"""Error value or category of a universal failure (ECMA-269 §9.3.1) → the words for it."""


def text(key: str, language: Language, **values: object) -> str:
    """The sentence for ``key`` with its ``values`` filled in."""
    return TEXTS[language][key].format(**values)


def refusal(category: str, code: str, language: Language) -> str:
    """Why the switch said no, by the most exact words there are."""
    reason = REFUSALS.get(code) or REFUSALS.get(category, "operation")
    return text("refused", language, reason=text(f"refused.{reason}", language))
