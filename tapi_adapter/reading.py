"""What the structures of the telephony library say, as :mod:`tapi_adapter.descriptions`."""

from __future__ import annotations

import uuid

from tapi_adapter.binding import TAPI_2_0, TAPI_2_2, Application, Negotiated
from tapi_adapter.constants import LINECALLSELECT
from tapi_adapter.decoding import STATES
from tapi_adapter.descriptions import Address, AddressStatus, CallInfo, CallStatus, Forward, LineDescription, PartyId
from tapi_adapter.errors import LineError
from tapi_adapter.layout import (
    LINEADDRESSCAPS,
    LINEADDRESSSTATUS,
    LINECALLINFO,
    LINECALLLIST,
    LINECALLSTATUS,
    LINEDEVCAPS,
    LINEFORWARD,
    LINEPROVIDERENTRY,
    LINEPROVIDERLIST,
)
from tapi_adapter.records import Part, Reading

# Newer fields of these are not used, and the oldest fixed size is within that of every version.
VERSION_OF_CALLS = TAPI_2_0
MOST_ADDRESSES = 256


def line_description(application: Application, device: int, faults: list[str]) -> LineDescription:
    """A line device with its addresses; an address that cannot be asked is left empty.

    :param faults: gets what was wrong with single fields, in words; they are empty then.
    :raises LineError: the device is not there or says nothing.
    """
    line = application.negotiate(device)
    reading = application.of_device("lineGetDevCapsW", LINEDEVCAPS, line)
    fields = reading.fields
    described = LineDescription(
        device=device,
        name=reading.text(LINEDEVCAPS.LineName),
        permanent_id=fields.dwPermanentLineID,
        guid=guid(bytes(fields.PermanentLineGuid)) if line.version >= TAPI_2_2 else "",
        provider=reading.text(LINEDEVCAPS.ProviderInfo),
        version=line.version,
        features=fields.dwLineFeatures,
        media_modes=fields.dwMediaModes,
        addresses=addresses(application, line, fields.dwNumAddresses, faults),
    )
    faults += reading.faults
    return described


def guid(octets: bytes) -> str:
    """A GUID as Windows writes it, in lower case; empty when there is none."""
    return f"{{{uuid.UUID(bytes_le=octets)}}}" if any(octets) else ""


def addresses(application: Application, line: Negotiated, count: int, faults: list[str]) -> tuple[Address, ...]:
    """The addresses of a line."""
    if count > MOST_ADDRESSES:
        faults.append(f"LINEDEVCAPS.dwNumAddresses: {count} addresses, only {MOST_ADDRESSES} are used")
        count = MOST_ADDRESSES
    return tuple(address(application, line, each, faults) for each in range(count))


def address(application: Application, line: Negotiated, number: int, faults: list[str]) -> Address:
    """An address of a line."""
    try:
        reading = application.of_device("lineGetAddressCapsW", LINEADDRESSCAPS, line, number)
    except LineError as error:
        faults.append(f"address {number}: {error}")
        return Address()
    fields = reading.fields
    described = Address(
        number=reading.text(LINEADDRESSCAPS.Address),
        flags=fields.dwAddrCapFlags,
        features=fields.dwAddressFeatures,
        call_features=fields.dwCallFeatures,
        call_features2=fields.dwCallFeatures2,
        transfer_modes=fields.dwTransferModes,
        park_modes=fields.dwParkModes,
        forward_modes=fields.dwForwardModes,
    )
    faults += reading.faults
    return described


def call_info(application: Application, call: int, faults: list[str]) -> CallInfo:
    """What is known of a call."""
    reading = application.read("lineGetCallInfoW", LINECALLINFO, VERSION_OF_CALLS, call)
    fields, layout = reading.fields, LINECALLINFO
    described = CallInfo(
        line=fields.hLine,
        device=fields.dwLineDeviceID,
        address=fields.dwAddressID,
        call_id=fields.dwCallID,
        related_call_id=fields.dwRelatedCallID,
        origin=fields.dwOrigin,
        reason=fields.dwReason,
        caller=party(reading, fields.dwCallerIDFlags, layout.CallerID, layout.CallerIDName),
        called=party(reading, fields.dwCalledIDFlags, layout.CalledID, layout.CalledIDName),
        connected=party(reading, fields.dwConnectedIDFlags, layout.ConnectedID, layout.ConnectedIDName),
        redirection=party(reading, fields.dwRedirectionIDFlags, layout.RedirectionID, layout.RedirectionIDName),
        redirecting=party(reading, fields.dwRedirectingIDFlags, layout.RedirectingID, layout.RedirectingIDName),
    )
    faults += reading.faults
    return described


def party(reading: Reading[LINECALLINFO], flags: int, number: Part, name: Part) -> PartyId:
    """One end of a call."""
    return PartyId(flags=flags, number=reading.text(number), name=reading.text(name))


def call_status(application: Application, call: int) -> CallStatus:
    """State of a call."""
    fields = application.read("lineGetCallStatus", LINECALLSTATUS, VERSION_OF_CALLS, call).fields
    return CallStatus(
        state=fields.dwCallState & STATES,
        mode=fields.dwCallStateMode,
        privilege=fields.dwCallPrivilege,
        features=fields.dwCallFeatures,
        features2=fields.dwCallFeatures2,
    )


def address_status(application: Application, line: int, number: int, version: int, faults: list[str]) -> AddressStatus:
    """State of an address of an open line.

    :param version: negotiated for the line; entries of the list of forwardings grew with 3.1.
    """
    reading = application.read("lineGetAddressStatusW", LINEADDRESSSTATUS, version, line, number)
    fields = reading.fields
    entries = reading.entries(LINEADDRESSSTATUS.Forward, LINEFORWARD, fields.dwForwardNumEntries)
    forwards = tuple(
        Forward(
            mode=entry.fields.dwForwardMode,
            destination=entry.text(LINEFORWARD.DestAddress),
            caller=entry.text(LINEFORWARD.CallerAddress),
        )
        for entry in entries
    )
    faults += reading.faults
    return AddressStatus(
        features=fields.dwAddressFeatures,
        active=fields.dwNumActiveCalls,
        held=fields.dwNumOnHoldCalls + fields.dwNumOnHoldPendCalls,
        forwards=forwards,
    )


def new_calls(application: Application, line: int, faults: list[str]) -> tuple[int, ...]:
    """Handles of calls that were there before the line was opened; they are not announced."""
    reading = application.read("lineGetNewCalls", LINECALLLIST, VERSION_OF_CALLS, line, 0, LINECALLSELECT.LINE)
    handles = reading.handles(LINECALLLIST.Calls, reading.fields.dwCallsNumEntries)
    faults += reading.faults
    return tuple(handles)


def providers(application: Application) -> tuple[str, ...]:
    """File names of the installed drivers."""
    reading = application.read("lineGetProviderListW", LINEPROVIDERLIST, application.version, application.version)
    return tuple(
        entry.text(LINEPROVIDERENTRY.ProviderFilename)
        for entry in reading.entries(LINEPROVIDERLIST.ProviderList, LINEPROVIDERENTRY, reading.fields.dwNumProviders)
    )
