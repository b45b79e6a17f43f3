"""Lines, addresses and calls as Windows Telephony describes them: plain data, read out of its structures.

Flags and modes are numbers of the families in :mod:`tapi_adapter.constants` that the field names; a driver may set
bits that nobody knows.
"""

from __future__ import annotations

from msgspec import Struct


class Address(Struct, frozen=True, kw_only=True):
    """One address of a line: what ``LINEADDRESSCAPS`` says of it.

    :param number: the address, mostly an extension; empty where the driver gives none.
    :param flags: ``LINEADDRCAPFLAGS``.
    :param features: ``LINEADDRFEATURE``, ever possible.
    :param call_features: ``LINECALLFEATURE``, ever possible.
    :param call_features2: ``LINECALLFEATURE2``, ever possible.
    :param transfer_modes: ``LINETRANSFERMODE``.
    :param park_modes: ``LINEPARKMODE``.
    :param forward_modes: ``LINEFORWARDMODE``.
    """

    number: str = ""
    flags: int = 0
    features: int = 0
    call_features: int = 0
    call_features2: int = 0
    transfer_modes: int = 0
    park_modes: int = 0
    forward_modes: int = 0


class LineDescription(Struct, frozen=True, kw_only=True):
    """One line device: what ``LINEDEVCAPS`` says of it.

    :param device: device identifier, good until the service goes down.
    :param name: line name.
    :param permanent_id: permanent line identifier, unique within its provider.
    :param guid: permanent line GUID, ``{8-4-4-4-12}`` in lower case; empty below TAPI 2.2.
    :param provider: provider information string of the driver.
    :param version: negotiated API version, ``0x00020002``.
    :param features: ``LINEFEATURE``.
    :param media_modes: ``LINEMEDIAMODE``.
    """

    device: int
    name: str = ""
    permanent_id: int = 0
    guid: str = ""
    provider: str = ""
    version: int = 0
    features: int = 0
    media_modes: int = 0
    addresses: tuple[Address, ...] = ()


class PartyId(Struct, frozen=True, kw_only=True):
    """One end of a call. Number and name are untrusted text and empty where there is none.

    :param flags: ``LINECALLPARTYID``; says what of the rest is good.
    """

    flags: int = 0
    number: str = ""
    name: str = ""


class CallInfo(Struct, frozen=True, kw_only=True):
    """What ``LINECALLINFO`` says of a call.

    :param line: handle of the line it was asked for on, 0 when the driver does not say.
    :param device: device identifier of the line.
    :param address: number of the address on the line, from 0.
    :param call_id: the switch's identifier of the call, 0 where there is none; may change.
    :param related_call_id: the call it belongs to, in a consultation or transfer, or 0.
    :param origin: ``LINECALLORIGIN``.
    :param reason: ``LINECALLREASON``.
    :param redirection: where the call was sent.
    :param redirecting: who sent it there.
    """

    line: int = 0
    device: int = 0
    address: int = 0
    call_id: int = 0
    related_call_id: int = 0
    origin: int = 0
    reason: int = 0
    caller: PartyId = PartyId()
    called: PartyId = PartyId()
    connected: PartyId = PartyId()
    redirection: PartyId = PartyId()
    redirecting: PartyId = PartyId()


class CallStatus(Struct, frozen=True, kw_only=True):
    """What ``LINECALLSTATUS`` says of a call.

    :param state: ``LINECALLSTATE``.
    :param mode: belongs to the state: ``LINEDISCONNECTMODE``, ``LINECONNECTEDMODE`` …, or the handle of the conference.
    :param privilege: ``LINECALLPRIVILEGE`` of this application.
    :param features: ``LINECALLFEATURE``, possible now.
    :param features2: ``LINECALLFEATURE2``, possible now.
    """

    state: int
    mode: int = 0
    privilege: int = 0
    features: int = 0
    features2: int = 0


class Forward(Struct, frozen=True, kw_only=True):
    """One forwarding.

    :param mode: ``LINEFORWARDMODE``.
    :param caller: the caller it is for, empty for all.
    """

    mode: int
    destination: str = ""
    caller: str = ""


class AddressStatus(Struct, frozen=True, kw_only=True):
    """What ``LINEADDRESSSTATUS`` says of an address.

    :param features: ``LINEADDRFEATURE``, possible now.
    :param active: calls that are neither idle nor on hold.
    :param held: calls on hold, those that wait for a transfer or conference among them.
    """

    features: int = 0
    active: int = 0
    held: int = 0
    forwards: tuple[Forward, ...] = ()
