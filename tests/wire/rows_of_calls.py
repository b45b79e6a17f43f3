"""Value, octets and XML text of messages about calls.

The octets are grouped by element, with its tag and length in front; asn1tools and Erlang/OTP read the same from them.
"""

from __future__ import annotations

from csta.messages.base import Message, Octets
from csta.messages.call_associated import ChargingEvent
from csta.messages.call_control import ConsultationCall
from csta.messages.call_control_events import TransferedEvent
from csta.messages.call_data import (
    ChargingInfo,
    ChargingUnits,
    ConnectionListItem,
    ConsultOptions,
    CSTAObject,
    Endpoint,
    EventCause,
    LocalConnectionState,
    NumberUnits,
    TypeOfChargingInfo,
)
from csta.messages.capability_exchange import GetPhysicalDeviceInformationResponse, GroupDeviceAttributes
from csta.messages.cdr import DeviceCategory
from csta.messages.common import ConnectionID, DeviceID, TypeOfNumber
from csta.messages.errors import StateIncompatibilityErrors, UniversalFailure
from csta.messages.identifiers import SubjectDeviceID
from csta.messages.monitoring import (
    CallControlEventFilter,
    MonitorFilter,
    MonitorMediaClass,
    MonitorStart,
    MonitorType,
    VendorSpecEventFilter,
)
from csta.messages.routeing import RetryValue, RouteEnd, RouteSelect
from csta.messages.snapshot import CallState, SnapshotDeviceContents, SnapshotDeviceResponse, SnapshotDeviceResponseInfo
from csta.messages.system import RequestTypes, StatusFilter, SystemRegister

STATION = DeviceID(number="2001")
OUTSIDE = DeviceID(number="498912345", type_of_number=TypeOfNumber.EXPLICIT_PUBLIC_INTERNATIONAL)
CALL = ConnectionID(call_id="0a1b", device_id=STATION)

ROWS: list[tuple[Message, str, str]] = [
    # [0] around an untagged CHOICE, explicit and implicit tags, [APPLICATION 29] user data, a default that is not sent
    (
        ConsultationCall(
            existing_call=CALL,
            consulted_device=STATION,
            account_code=Octets(b"77"),
            user_data=Octets(b"hi"),
            consult_options=ConsultOptions.UNRESTRICTED,
        ),
        "a12e 020101 020107 3026 a010 300e 80020a1b a108 3006 800432303031 a108 3006 800432303031 "
        "83023737 a604 04026869",
        "<ConsultationCall><existingCall><callID>0a1b</callID><deviceID>2001</deviceID></existingCall>"
        "<consultedDevice>2001</consultedDevice><accountCode>3737</accountCode><userData><string>"
        "6869</string></userData></ConsultationCall>",
    ),
    # dynamic device identifier, wrapped numbering, list of structures, application tags on CHOICE and ENUMERATED
    (
        TransferedEvent(
            monitor_cross_ref_id="0142",
            primary_old_call=ConnectionID(
                call_id="01", device_id=DeviceID(number="0a0b", type_of_number=TypeOfNumber.DYNAMIC)
            ),
            secondary_old_call=ConnectionID(call_id="02"),
            transferring_device=SubjectDeviceID(device_identifier=STATION),
            transferred_to_device=SubjectDeviceID(restricted=True),
            transferred_connections=(
                ConnectionListItem(new_connection=CALL, endpoint=Endpoint(device_id=OUTSIDE)),
                ConnectionListItem(old_connection=ConnectionID(call_id="02"), endpoint=Endpoint(not_known=True)),
            ),
            local_connection_info=LocalConnectionState.NULL,
            cause=EventCause.TRANSFER,
        ),
        "a16c 020101 020115 3064 55020142 a05e b15c 6b0b 3009 800101 a104 83020a0b a003 800102 6308 3006 "
        "800432303031 6302 8800 a134 3025 a012 6b10 300e 80020a1b a108 3006 800432303031 a20f 300d a30b "
        "8109343938393132333435 300b a105 6b03 800102 a202 0500 4e0100 0a0120",
        "<TransferedEvent><monitorCrossRefID>0142</monitorCrossRefID><primaryOldCall><callID>01</callID>"
        '<deviceID typeOfNumber="dynamic">0a0b</deviceID></primaryOldCall><secondaryOldCall><callID>'
        "02</callID></secondaryOldCall><transferringDevice><deviceIdentifier>2001</deviceIdentifier>"
        "</transferringDevice><transferredToDevice><restricted/></transferredToDevice>"
        "<transferredConnections><connectionListItem><newConnection><callID>0a1b</callID><deviceID>"
        '2001</deviceID></newConnection><endpoint><deviceID typeOfNumber="explicitPublic:international">'
        "498912345</deviceID></endpoint></connectionListItem><connectionListItem><oldConnection><callID>"
        "02</callID></oldConnection><endpoint><notKnown/></endpoint></connectionListItem>"
        "</transferredConnections><localConnectionInfo>null</localConnectionInfo><cause>transfer</cause>"
        "</TransferedEvent>",
    ),
    # nested CHOICE, list of structures with an optional implicit component
    (
        ChargingEvent(
            monitor_cross_ref_id="01",
            connection=CALL,
            charged_device=STATION,
            charging_info=ChargingInfo(
                number_units=NumberUnits(
                    number_of_charge_units=(
                        ChargingUnits(charging_units=300),
                        ChargingUnits(charging_units=-1, type_of_units=Octets(b"x")),
                    )
                ),
                type_of_charging_info=TypeOfChargingInfo.TOTAL,
            ),
        ),
        "a13e 020101 020115 3036 550101 a131 a12f 6b10 300e 80020a1b a108 3006 800432303031 3006 "
        "800432303031 3013 a00e 3004 0202012c 3006 0201ff 040178 0a0101",
        "<ChargingEvent><monitorCrossRefID>01</monitorCrossRefID><connection><callID>0a1b</callID>"
        "<deviceID>2001</deviceID></connection><chargedDevice>2001</chargedDevice><chargingInfo>"
        "<numberUnits><numberOfChargeUnits><chargingUnits><chargingUnits>300</chargingUnits>"
        "</chargingUnits><chargingUnits><chargingUnits>-1</chargingUnits><typeOfUnits>x</typeOfUnits>"
        "</chargingUnits></numberOfChargeUnits></numberUnits><typeOfChargingInfo>"
        "total</typeOfChargingInfo></chargingInfo></ChargingEvent>",
    ),
    # untagged CHOICE, implicit bit strings with defaults, an enumeration
    (
        MonitorStart(
            monitor_object=CSTAObject(device_object=STATION),
            requested_monitor_filter=MonitorFilter(
                call_control=CallControlEventFilter(["bridged", "established"]),
                private=VendorSpecEventFilter(["privateEvent"]),
            ),
            monitor_type=MonitorType.DEVICE,
            requested_monitor_media_class=MonitorMediaClass(["voice", "chat"]),
        ),
        "a122 020101 020147 301a 3006 800432303031 a009 8003000401 84020780 0a0101 81020182",
        "<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject>"
        "<requestedMonitorFilter><callcontrol><established>true</established><bridged>true</bridged>"
        "</callcontrol><private><privateEvent>true</privateEvent></private></requestedMonitorFilter>"
        "<monitorType>device</monitorType><requestedMonitorMediaClass><voice>true</voice><chat>"
        "true</chat></requestedMonitorMediaClass></MonitorStart>",
    ),
    # [APPLICATION 22] IMPLICIT SEQUENCE OF in a CHOICE, list of enumerations, untagged CHOICE under [3]
    (
        SnapshotDeviceResponse(
            cross_ref_id_or_snapshot_data=SnapshotDeviceContents(
                snapshot_data=(
                    SnapshotDeviceResponseInfo(
                        connection_identifier=CALL,
                        endpoint_device=SubjectDeviceID(not_known=True),
                        local_call_state=CallState(
                            compound_call_state=(LocalConnectionState.CONNECTED, LocalConnectionState.HOLD)
                        ),
                    ),
                    SnapshotDeviceResponseInfo(
                        connection_identifier=ConnectionID(device_id=STATION), local_call_state=CallState(unknown=True)
                    ),
                )
            )
        ),
        "a23c 020101 3037 02014a 3032 7630 301e 6b10 300e 80020a1b a108 3006 800432303031 a302 8700 a006 "
        "4e0103 4e0104 300e 6b0a a108 3006 800432303031 8200",
        "<SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData><snapshotDeviceResponseInfo>"
        "<connectionIdentifier><callID>0a1b</callID><deviceID>2001</deviceID></connectionIdentifier>"
        "<endpointDevice><notKnown/></endpointDevice><localCallState><compoundCallState>"
        "<localConnectionState>connected</localConnectionState><localConnectionState>"
        "hold</localConnectionState></compoundCallState></localCallState></snapshotDeviceResponseInfo>"
        "<snapshotDeviceResponseInfo><connectionIdentifier><deviceID>2001</deviceID>"
        "</connectionIdentifier><localCallState><unknown/></localCallState></snapshotDeviceResponseInfo>"
        "</snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>",
    ),
    # bit strings, one of them optional
    (
        SystemRegister(
            request_types=RequestTypes(["systemStatus", "requestSystemStatus"]),
            requested_status_filter=StatusFilter(["disabled"]),
        ),
        "a111 020101 020200cf 3008 030206c0 03020308",
        "<SystemRegister><requestTypes><systemStatus>true</systemStatus><requestSystemStatus>"
        "true</requestSystemStatus></requestTypes><requestedStatusFilter><disabled>true</disabled>"
        "</requestedStatusFilter></SystemRegister>",
    ),
    # another value than the default, lists, text
    (
        GetPhysicalDeviceInformationResponse(
            device_category=DeviceCategory.ACD,
            group_device_attributes=GroupDeviceAttributes(["hunt"]),
            has_logical_element=True,
            other_logical_device_list=(STATION, OUTSIDE),
            device_model_name="T38",
            max_buttons=128,
        ),
        "a237 020101 3032 020200ca 302c 800100 81020640 0101ff a317 3006 800432303031 300d a30b "
        "8109343938393132333435 8403543338 8a020080",
        "<GetPhysicalDeviceInformationResponse><deviceCategory>acd</deviceCategory>"
        "<groupDeviceAttributes><hunt>true</hunt></groupDeviceAttributes><hasLogicalElement>"
        "true</hasLogicalElement><otherLogicalDeviceList><deviceID>2001</deviceID>"
        '<deviceID typeOfNumber="explicitPublic:international">498912345</deviceID>'
        "</otherLogicalDeviceList><deviceModelName>T38</deviceModelName><maxButtons>128</maxButtons>"
        "</GetPhysicalDeviceInformationResponse>",
    ),
    # CHOICE of booleans and a number, list of devices
    (
        RouteSelect(
            cross_ref_identifier="0c",
            route_selected=OUTSIDE,
            alternate_routes=(STATION,),
            remain_retries=RetryValue(retry_count=3),
            route_used_req=False,
        ),
        "a12e 020101 020121 3026 58010c a10f 300d a30b 8109343938393132333435 a208 3006 800432303031 "
        "a303 820103 840100",
        "<RouteSelect><crossRefIdentifier>0c</crossRefIdentifier>"
        '<routeSelected typeOfNumber="explicitPublic:international">498912345</routeSelected>'
        "<alternateRoutes><deviceID>2001</deviceID></alternateRoutes><remainRetries><retryCount>"
        "3</retryCount></remainRetries><routeUsedReq>false</routeUsedReq></RouteSelect>",
    ),
    # an error as a part of a message
    (
        RouteEnd(
            cross_ref_identifier="0c",
            error_value=UniversalFailure(state_incompatibility=StateIncompatibilityErrors.NO_ACTIVE_CALL),
        ),
        "a112 020101 020123 300a 58010c a105 a203 0a0104",
        "<RouteEnd><crossRefIdentifier>0c</crossRefIdentifier><errorValue><stateIncompatibility>"
        "noActiveCall</stateIncompatibility></errorValue></RouteEnd>",
    ),
]
