"""Value, octets and XML text of messages about devices, media, data and the link itself.

The octets are grouped by element, with its tag and length in front; asn1tools and Erlang/OTP read the same from them.
"""

from __future__ import annotations

from csta.messages.base import Message, Octets
from csta.messages.call_control import RetrieveCallResponse
from csta.messages.call_data import (
    CivicLoc,
    CivicLocGml,
    CSTACommonArguments,
    CSTASecurityData,
    EventCause,
    GeoPriv,
    GpLocationInfo,
)
from csta.messages.cdr import CDRInformationItem, CDRReport
from csta.messages.common import ConnectionID, DeviceID, PrivateData, TypeOfNumber
from csta.messages.data_collection import CallObject, DataCollType, DigitsReportingCriteria, StartDataCollection
from csta.messages.device_maintenance import DeviceCapsChangedEvent
from csta.messages.errors import OperationErrors, UniversalFailure
from csta.messages.identifiers import AssociatedCalledDeviceID, CalledDeviceID, CallingDeviceID, SubjectDeviceID
from csta.messages.io_services import DisplayAttributeList, IOCrossRefID, SendMulticastData
from csta.messages.location import (
    CollectionFilter,
    CollectionType,
    LocationInformationReport,
    ReportingType,
    StartLocationTrackingSession,
)
from csta.messages.logical_device import (
    AgentInfo,
    AgentState,
    AgentStateEntry,
    ForwardingType,
    GetAgentStateResponse,
    SetForwarding,
)
from csta.messages.media import ConnectionMode, MediaServiceType
from csta.messages.media_attachment import AttachMediaService
from csta.messages.physical_device import GetLampModeResponse, LampBrightness, LampModeListItem
from csta.messages.routeing import RouteRegisterCancelResponse
from csta.messages.vendor_specific import Escape, PrivateEvent
from csta.messages.voice_unit import AttributeInfo, CurrentState, QueryVoiceAttributeResponse

STATION = DeviceID(number="2001")
OUTSIDE = DeviceID(number="498912345", type_of_number=TypeOfNumber.EXPLICIT_PUBLIC_INTERNATIONAL)
CALL = ConnectionID(call_id="0a1b", device_id=STATION)

ROWS: list[tuple[Message, str, str]] = [
    (
        AttachMediaService(
            connection=CALL,
            media_service_type=MediaServiceType.DATA_MODEM,
            media_service_version=2,
            connection_mode=ConnectionMode.DIRECT,
        ),
        "a124 020101 020200f4 301b 6b10 300e 80020a1b a108 3006 800432303031 0a0101 020102 0a0109",
        "<AttachMediaService><connection><callID>0a1b</callID><deviceID>2001</deviceID></connection>"
        "<mediaServiceType>dataModem</mediaServiceType><mediaServiceVersion>2</mediaServiceVersion>"
        "<connectionMode>direct</connectionMode></AttachMediaService>",
    ),
    # list of structures with implicit components
    (
        GetLampModeResponse(
            lamp_mode_list=(LampModeListItem(lamp="01", lamp_mode=3, lamp_brightness=LampBrightness.DIM, button="05"),)
        ),
        "a21b 020101 3016 0202010a 3010 300e 300c 040101 020103 800101 820105",
        "<GetLampModeResponse><lampModeList><lampModeItem><lamp>01</lamp><lampMode>3</lampMode>"
        "<lampBrightness>dim</lampBrightness><button>05</button></lampModeItem></lampModeList>"
        "</GetLampModeResponse>",
    ),
    (
        SetForwarding(
            device=STATION,
            forwarding_type=ForwardingType.FORWARD_NO_ANS,
            activate_forward=True,
            forward_dn=OUTSIDE,
            ring_count=4,
        ),
        "a129 020101 0202013d 3020 3006 800432303031 0a0102 0101ff 300d a30b 8109343938393132333435 020104",
        "<SetForwarding><device>2001</device><forwardingType>forwardNoAns</forwardingType>"
        '<activateForward>true</activateForward><forwardDN typeOfNumber="explicitPublic:international">'
        "498912345</forwardDN><ringCount>4</ringCount></SetForwarding>",
    ),
    # lists inside lists
    (
        GetAgentStateResponse(
            agent_state_list=(
                AgentStateEntry(
                    agent_id=Octets(b"42"),
                    logged_on_state=True,
                    agent_info=(AgentInfo(acd_group=STATION, agent_state=AgentState.AGENT_READY),),
                ),
            )
        ),
        "a225 020101 3020 02020130 301a 3018 3016 04023432 0101ff 300d 300b 3006 800432303031 0a0102",
        "<GetAgentStateResponse><agentStateList><agentStateEntry><agentID>42</agentID><loggedOnState>"
        "true</loggedOnState><agentInfo><agentInfoItem><acdGroup>2001</acdGroup><agentState>"
        "agentReady</agentState></agentInfoItem></agentInfo></agentStateEntry></agentStateList>"
        "</GetAgentStateResponse>",
    ),
    (
        DeviceCapsChangedEvent(
            monitor_cross_ref_id="01", device=SubjectDeviceID(device_identifier=STATION), cause=EventCause.MAINTENANCE
        ),
        "a11c 020101 020115 3014 550101 a50f a10d 6308 3006 800432303031 0a0113",
        "<DeviceCapsChangedEvent><monitorCrossRefID>01</monitorCrossRefID><device><deviceIdentifier>"
        "2001</deviceIdentifier></device><cause>maintenance</cause></DeviceCapsChangedEvent>",
    ),
    # list of a CHOICE, a structure of integers
    (
        SendMulticastData(
            io_cross_ref_id_list=(
                IOCrossRefID(switch_provided="01"),
                IOCrossRefID(computer_provided="02"),
            ),
            io_data=Octets(b"OK"),
            display_attributes=DisplayAttributeList(physical_base_row_number=1, offset=70_000),
        ),
        "a122 020101 020171 301a 300a a003 040101 a103 040102 04024f4b 3008 800101 8203011170",
        "<SendMulticastData><ioCrossRefIDList><ioCrossRefID><switchProvided>01</switchProvided>"
        "</ioCrossRefID><ioCrossRefID><computerProvided>02</computerProvided></ioCrossRefID>"
        "</ioCrossRefIDList><ioData>4f4b</ioData><displayAttributes><physicalBaseRowNumber>"
        "1</physicalBaseRowNumber><offset>70000</offset></displayAttributes></SendMulticastData>",
    ),
    (
        StartDataCollection(
            object=CallObject(call=CALL),
            data_coll_type=DataCollType.DIGITS,
            digits_reporting_criteria=DigitsReportingCriteria(num_chars=4, flush_char="#"),
        ),
        "a126 020101 0202015b 301d 6b10 300e 80020a1b a108 3006 800432303031 0a0100 3006 800104 160123",
        "<StartDataCollection><object><call><callID>0a1b</callID><deviceID>2001</deviceID></call>"
        "</object><dataCollType>digits</dataCollType><digitsReportingCriteria><numChars>4</numChars>"
        "<flushChar>#</flushChar></digitsReportingCriteria></StartDataCollection>",
    ),
    # CHOICE with tagged alternatives
    (
        QueryVoiceAttributeResponse(attribute=AttributeInfo(current_state=CurrentState.RECORD)),
        "a20e 020101 3009 020201f7 3003 880102",
        "<QueryVoiceAttributeResponse><attribute><currentState>record</currentState></attribute>"
        "</QueryVoiceAttributeResponse>",
    ),
    # time, devices under their application tags
    (
        CDRReport(
            cdr_cross_ref_id="07",
            number_of_records_sent=1,
            cdr_info=(
                CDRInformationItem(
                    record_creation_time="2024-02-29T23:59:58Z",
                    calling_device=CallingDeviceID(device_identifier=OUTSIDE),
                    called_device=CalledDeviceID(device_identifier=STATION),
                    associated_called_device=AssociatedCalledDeviceID(not_known=True),
                ),
            ),
            last_stored_cdr_report_sent=True,
        ),
        "a146 020101 02020169 303d 040107 020101 3032 3030 180f32303234303232393233353935385a 610f 300d "
        "a30b 8109343938393132333435 6208 3006 800432303031 6602 8700 0101ff",
        "<CDRReport><cdrCrossRefID>07</cdrCrossRefID><numberOfRecordsSent>1</numberOfRecordsSent>"
        "<cdrInfo><cdrInformationItem><recordCreationTime>2024-02-29T23:59:58Z</recordCreationTime>"
        '<callingDevice><deviceIdentifier typeOfNumber="explicitPublic:international">'
        "498912345</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>"
        "2001</deviceIdentifier></calledDevice><associatedCalledDevice><notKnown/>"
        "</associatedCalledDevice></cdrInformationItem></cdrInfo><lastStoredCDRReportSent>"
        "true</lastStoredCDRReportSent></CDRReport>",
    ),
    # private data, security data
    (
        Escape(
            security=CSTASecurityData(message_sequence_number=5, time_stamp="2024-02-29T23:59:58Z"),
            private_data=PrivateData(string=Octets(b"\x01\x02")),
        ),
        "a122 020101 020133 301a 3014 800105 180f32303234303232393233353935385a 04020102",
        "<Escape><security><messageSequenceNumber>5</messageSequenceNumber><timeStamp>"
        "2024-02-29T23:59:58Z</timeStamp></security><privateData><string>0102</string></privateData>"
        "</Escape>",
    ),
    (
        PrivateEvent(monitor_cross_ref_id="01", private_data=PrivateData(string=Octets(b""))),
        "a111 020101 020115 3009 550101 a704 a002 0400",
        "<PrivateEvent><monitorCrossRefID>01</monitorCrossRefID><privateData><string></string>"
        "</privateData></PrivateEvent>",
    ),
    # structure of implicit integers, enumerations
    (
        StartLocationTrackingSession(
            loc_device=STATION,
            collection_type=CollectionType.PERIODIC,
            collection_interval=60,
            collection_filter=CollectionFilter(civic_address_change=1),
            reporting_type=ReportingType.COUNT,
            reporting_count=5,
        ),
        "a122 020101 02020218 3019 3006 800432303031 800100 81013c a303 820101 840102 860105",
        "<StartLocationTrackingSession><locDevice>2001</locDevice><collectionType>"
        "periodic</collectionType><collectionInterval>60</collectionInterval><collectionFilter>"
        "<civicAddressChange>1</civicAddressChange></collectionFilter><reportingType>"
        "count</reportingType><reportingCount>5</reportingCount></StartLocationTrackingSession>",
    ),
    # list of lists
    (
        LocationInformationReport(
            loc_cross_ref_id="L1",
            device=STATION,
            location_info_list=(
                (
                    GeoPriv(
                        gp_location_info=(
                            GpLocationInfo(
                                civic_loc_gml=CivicLocGml(
                                    gml_format=Octets(b"<gml/>"), civic_loc=CivicLoc(country="DE", a_3="Berlin")
                                )
                            ),
                        )
                    ),
                ),
            ),
        ),
        "a137 020101 02020217 302e 16024c31 3006 800432303031 3020 301e 301c 301a 3018 3016 "
        "04063c676d6c2f3e 300c 16024445 82064265726c696e",
        "<LocationInformationReport><locCrossRefId>L1</locCrossRefId><device>2001</device>"
        "<locationInfoList><locationInfoEntry><geoPriv><gpLocationInfo><gpLocationInfo><civicLocGml>"
        "<gmlFormat>3c676d6c2f3e</gmlFormat><civicLoc><country>DE</country><a3>Berlin</a3></civicLoc>"
        "</civicLocGml></gpLocationInfo></gpLocationInfo></geoPriv></locationInfoEntry>"
        "</locationInfoList></LocationInformationReport>",
    ),
    # the answer without data, and one with the arguments every message may have
    (
        RouteRegisterCancelResponse(),
        "a20b 020101 3006 020200fa 0500",
        "<RouteRegisterCancelResponse></RouteRegisterCancelResponse>",
    ),
    (
        RetrieveCallResponse(
            extensions=CSTACommonArguments(
                security=CSTASecurityData(message_sequence_number=1),
                private_data=(PrivateData(string=Octets(b"\xff")),),
            )
        ),
        "a214 020101 300f 02010e 7e0a a003 800101 a103 0401ff",
        "<RetrieveCallResponse><extensions><security><messageSequenceNumber>1</messageSequenceNumber>"
        "</security><privateData><string>ff</string></privateData></extensions></RetrieveCallResponse>",
    ),
    (
        UniversalFailure(operation=OperationErrors.OBJECT_NOT_KNOWN),
        "a30b 020101 020101 a003 0a0104",
        "<CSTAErrorCode><operation>objectNotKnown</operation></CSTAErrorCode>",
    ),
    (
        UniversalFailure(unspecified=True),
        "a30a 020101 020101 a702 0500",
        "<CSTAErrorCode><unspecified/></CSTAErrorCode>",
    ),
]
