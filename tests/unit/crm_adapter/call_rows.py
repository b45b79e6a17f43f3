"""Labels (L01–L10) and buttons (B01–B10) of the call screen: what happens at the switch, and what is seen then."""

from __future__ import annotations

from typing import NamedTuple

from csta.model.states import Service


class Seen(NamedTuple):
    """One row of the list of active calls.

    :param label: key of its label.
    :param german: the label in German.
    :param english: and in English.
    :param buttons: German words on its buttons, in order.
    :param primary: the action that is the obvious next step.
    """

    label: str
    german: str
    english: str
    buttons: tuple[str, ...]
    primary: str | None = None


class Row(NamedTuple):
    """What happens at telephone 2001 and what its user sees then.

    :param script: what happens, see ``Stage`` in ``test_call_table.py``.
    :param seen: the calls, oldest first.
    :param can_dial: whether the button "Wählen" is there.
    :param missing: services this link does not have.
    """

    script: tuple[str, ...]
    seen: tuple[Seen, ...]
    can_dial: bool = True
    missing: frozenset[Service] = frozenset()


CONNECTED = ("Halten", "Rückfrage", "Weiterleiten", "Tasten", "Auflegen")
CONSULTED = ("Weiterleitung abschließen", "Makeln", "Konferenz", "Zurück zum ersten", "Tasten", "Auflegen")

DIALING = Seen("dialing", "wird gewählt", "dialling", ("Auflegen",))
RINGING = Seen("ringing", "ruft an", "is calling", ("Antworten", "Umleiten", "Ablehnen"), "answer")
TALKING = Seen("connected", "verbunden", "connected", CONNECTED)
HELD = Seen("held", "Wird gehalten", "on hold", ("Wiederaufnehmen", "Auflegen"), "retrieve")
PENDING = Seen("pending", "Zu bearbeiten", "pending", ("Auflegen",))
CONSULTING = Seen("dialing", "wird gewählt", "dialling", ("Zurück zum ersten", "Auflegen"))
CONSULTATION = Seen("consultation", "Rückfrage", "consultation", CONSULTED, "complete")
TRANSFERRING = Seen("transferring", "Weiterleiten", "transferring", ())
BUSY = Seen("busy", "besetzt", "busy", ("Auflegen",))
INVALID = Seen("invalid", "ungültig", "invalid", ("Auflegen",))

IN = "ring +49301234567"

ROWS = {
    "L01 no call": Row((), ()),
    "L01 the call is over": Row((IN, "answer", "clear"), ()),
    "L02 handset lifted": Row(("lift",), (DIALING,), can_dial=False),
    "L02 the far end rings": Row(("dial 2002",), (DIALING,), can_dial=False),
    "L02 outside": Row(("dial 008976548888",), (DIALING,), can_dial=False),
    "L03 B03": Row((IN,), (RINGING,)),
    "L03 from inside": Row(("from 2002",), (RINGING,)),
    "L04 B03 answered on the screen": Row((IN, "answer"), (TALKING,)),
    "L04 B03 handset lifted: same result": Row((IN, "lift"), (TALKING,)),
    "L04 dialled and answered": Row(("dial 2002", "lift 2002"), (TALKING,)),
    "L04 dialled outside and answered": Row(("dial 0897654321", "wait 10"), (TALKING,)),
    "L05 B05": Row((IN, "answer", "hold"), (HELD,)),
    "L04 B05 after Wiederaufnehmen Halten is back": Row((IN, "answer", "hold", "retrieve"), (TALKING,)),
    "L06 L02 consultation is dialled": Row((IN, "answer", "consult 2002"), (PENDING, CONSULTING), can_dial=False),
    "L06 L08 B08 consultation is answered": Row((IN, "answer", "consult 2002", "lift 2002"), (PENDING, CONSULTATION)),
    "L08 B08 after alternating": Row(
        (IN, "answer", "consult 2002", "lift 2002", "alternate"),
        (
            Seen("connected", "verbunden", "connected", (*CONSULTED[:3], *CONSULTED[4:]), "complete"),
            Seen("held", "Wird gehalten", "on hold", ("Wiederaufnehmen", "Auflegen"), "retrieve"),
        ),
    ),
    "B09 the first call stays held": Row((IN, "answer", "consult 2002", "lift 2002", "clear 2"), (HELD,)),
    "B09 before the answer": Row((IN, "answer", "consult 2002", "clear 2"), (HELD,)),
    "B09 B05 then all options are back": Row(
        (IN, "answer", "consult 2002", "lift 2002", "clear 2", "retrieve"), (TALKING,)
    ),
    "B09 the consulted one hangs up": Row((IN, "answer", "consult 2002", "lift 2002", "hang up 2002"), (HELD,)),
    "L06 L10 consultation finds it busy": Row(
        (IN, "answer", "consult 089760000", "wait 3"),
        (PENDING, Seen("busy", "besetzt", "busy", ("Zurück zum ersten", "Auflegen"))),
    ),
    "L06 L10 consultation with a number that is none": Row(
        (IN, "answer", "consult 089769999", "wait 3"),
        (PENDING, Seen("invalid", "ungültig", "invalid", ("Zurück zum ersten", "Auflegen"))),
    ),
    "L07 blind": Row((IN, "answer", "ask transfer"), (TRANSFERRING,)),
    "L07 with consultation: both": Row(
        (IN, "answer", "consult 2002", "lift 2002", "ask complete"), (TRANSFERRING, TRANSFERRING)
    ),
    "L01 transferred": Row((IN, "answer", "consult 2002", "lift 2002", "complete"), ()),
    "L01 transferred blindly": Row((IN, "answer", "transfer 2002"), ()),
    "L10 B04 busy": Row(("dial 089760000", "wait 3"), (BUSY,)),
    "L10 B04 a colleague is busy": Row(("occupy 2002", "dial 2002"), (BUSY,)),
    "L10 B04 invalid": Row(("dial 089769999", "wait 3"), (INVALID,)),
    "B02 B03 without the capability": Row(
        (IN,),
        (Seen("ringing", "ruft an", "is calling", ()),),
        missing=frozenset({Service.ANSWER_CALL, Service.DEFLECT_CALL, Service.CLEAR_CONNECTION}),
    ),
    "B01 without the capability": Row((), (), can_dial=False, missing=frozenset({Service.MAKE_CALL})),
    "B04 without the capability": Row(
        (IN, "answer"),
        (TALKING._replace(buttons=CONNECTED[1:]),),
        missing=frozenset({Service.HOLD_CALL}),
    ),
    "B05 without the capability": Row(
        (IN, "answer", "hold"),
        (HELD._replace(buttons=("Auflegen",), primary=None),),
        missing=frozenset({Service.RETRIEVE_CALL}),
    ),
    "B06 only with the capability": Row(
        (IN, "answer"),
        (TALKING._replace(buttons=("Halten", "Rückfrage", "Tasten", "Auflegen")),),
        missing=frozenset({Service.SINGLE_STEP_TRANSFER_CALL}),
    ),
    "B07 only with the capability": Row(
        (IN, "answer"),
        (TALKING._replace(buttons=("Halten", "Weiterleiten", "Tasten", "Auflegen")),),
        missing=frozenset({Service.CONSULTATION_CALL}),
    ),
    "B08 only with the capability": Row(
        (IN, "answer", "consult 2002", "lift 2002"),
        (PENDING, CONSULTATION._replace(buttons=CONSULTED[1:], primary=None)),
        missing=frozenset({Service.TRANSFER_CALL}),
    ),
}
