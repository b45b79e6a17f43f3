"""Services on the switch and its data."""

from __future__ import annotations

from csta.messages.base import Octets
from csta.messages.call_data import CSTAObject
from csta.messages.capability_exchange import (
    GetCSTAFeatures,
    GetLogicalDeviceInformation,
    GetPhysicalDeviceInformation,
    GetSwitchingFunctionCaps,
    GetSwitchingFunctionDevices,
    ReqDeviceCategory,
)
from csta.messages.cdr import (
    CDRTermReason,
    CDRTimePeriod,
    CDRTransferMode,
    SendStoredCDR,
    StartCDRTransmission,
    StopCDRTransmission,
)
from csta.messages.common import PrivateData
from csta.messages.io_services import (
    DataPathDirection,
    DataPathType,
    FastData,
    IOCrossRefID,
    IORegister,
    IORegisterCancel,
    ResumeDataPath,
    SendBroadcastData,
    SendData,
    SendMulticastData,
    StartDataPath,
    StopDataPath,
    SuspendDataPath,
)
from csta.messages.system import (
    ChangeSysStatFilter,
    GetRegistrations,
    RegistrationType,
    RequestSystemStatus,
    RequestTypes,
    StatusFilter,
    SystemRegister,
    SystemRegisterCancel,
    SystemStatus,
    SystemStatusValue,
)
from csta.messages.vendor_specific import Escape, EscapeRegister, EscapeRegisterCancel, PrivateDataVersionSelection
from tests.unit.client.rows import ACTIVE, Row, device

ROWS: tuple[Row, ...] = (
    (lambda c: c.capability_exchange.get_csta_features(), GetCSTAFeatures()),
    (lambda c: c.capability_exchange.get_switching_function_caps(), GetSwitchingFunctionCaps()),
    (
        lambda c: c.capability_exchange.get_logical_device_information("2001"),
        GetLogicalDeviceInformation(device=device("2001")),
    ),
    (
        lambda c: c.capability_exchange.get_physical_device_information("2001"),
        GetPhysicalDeviceInformation(device=device("2001")),
    ),
    (
        lambda c: c.capability_exchange.get_switching_function_devices("2001", ReqDeviceCategory.GROUP_ACD),
        GetSwitchingFunctionDevices(
            requested_device_id=device("2001"), requested_device_category=ReqDeviceCategory.GROUP_ACD
        ),
    ),
    (lambda c: c.system.request_system_status(), RequestSystemStatus()),
    (
        lambda c: c.system.system_status(SystemStatusValue.ENABLED),
        SystemStatus(system_status=SystemStatusValue.ENABLED),
    ),
    (
        lambda c: c.system.system_register(RequestTypes(["systemStatus"]), StatusFilter(["overloadRelieved"])),
        SystemRegister(
            request_types=RequestTypes(["systemStatus"]), requested_status_filter=StatusFilter(["overloadRelieved"])
        ),
    ),
    (lambda c: c.system.system_register_cancel("0000"), SystemRegisterCancel(sys_stat_register_id="0000")),
    (
        lambda c: c.system.change_sys_stat_filter("0000", SystemStatusValue.ENABLED),
        ChangeSysStatFilter(sys_stat_register_id="0000", requested_status_filter=SystemStatusValue.ENABLED),
    ),
    (
        lambda c: c.system.get_registrations([RegistrationType.IO_REGISTER]),
        GetRegistrations(requested_reg_types=(RegistrationType.IO_REGISTER,)),
    ),
    (lambda c: c.io_services.io_register(device="2001"), IORegister(io_device=device("2001"))),
    (lambda c: c.io_services.io_register_cancel("0000"), IORegisterCancel(io_register_request_id="0000")),
    (
        lambda c: c.io_services.start_data_path(
            ACTIVE,
            direction=DataPathDirection.OBJECT_TO_COMPUTE_FUNCTION,
            data_type=DataPathType.VOICE,
            characters=8,
            termination="0004",
            timeout=10,
        ),
        StartDataPath(
            object=CSTAObject(call_object=ACTIVE),
            data_path_direction=DataPathDirection.OBJECT_TO_COMPUTE_FUNCTION,
            data_path_type=DataPathType.VOICE,
            number_of_characters_to_collect=8,
            termination_character="0004",
            timeout=10,
        ),
    ),
    (
        lambda c: c.io_services.fast_data(ACTIVE, b"\x02", data_type=DataPathType.VOICE),
        FastData(object=CSTAObject(call_object=ACTIVE), data_path_type=DataPathType.VOICE, io_data=Octets(b"\x02")),
    ),
    (
        lambda c: c.io_services.send_data(IOCrossRefID(switch_provided="01"), b"\x02", register_id="0002"),
        SendData(
            io_cross_ref_id=IOCrossRefID(switch_provided="01"),
            io_register_request_id="0002",
            io_data=Octets(b"\x02"),
        ),
    ),
    (
        lambda c: c.io_services.send_multicast_data([IOCrossRefID(switch_provided="01")], b"\x02"),
        SendMulticastData(io_cross_ref_id_list=(IOCrossRefID(switch_provided="01"),), io_data=Octets(b"\x02")),
    ),
    (
        lambda c: c.io_services.send_broadcast_data(b"\x01", data_type=DataPathType.VOICE),
        SendBroadcastData(io_data=Octets(b"\x01"), data_path_type=DataPathType.VOICE),
    ),
    (
        lambda c: c.io_services.suspend_data_path(IOCrossRefID(switch_provided="01"), register_id="0001"),
        SuspendDataPath(io_cross_ref_id=IOCrossRefID(switch_provided="01"), io_register_request_id="0001"),
    ),
    (
        lambda c: c.io_services.resume_data_path(IOCrossRefID(switch_provided="01"), register_id="0001"),
        ResumeDataPath(io_cross_ref_id=IOCrossRefID(switch_provided="01"), io_register_request_id="0001"),
    ),
    (
        lambda c: c.io_services.stop_data_path(IOCrossRefID(switch_provided="01"), register_id="0001"),
        StopDataPath(io_cross_ref_id=IOCrossRefID(switch_provided="01"), io_register_request_id="0001"),
    ),
    (
        lambda c: c.cdr.start_cdr_transmission(CDRTransferMode.TRANSFER_ON_REQUEST),
        StartCDRTransmission(transfer_mode=CDRTransferMode.TRANSFER_ON_REQUEST),
    ),
    (
        lambda c: c.cdr.send_stored_cdr("0000", CDRTimePeriod(beginning_of_cdr="0001", end_of_cdr="0001")),
        SendStoredCDR(cdr_cross_ref_id="0000", time_period=CDRTimePeriod(beginning_of_cdr="0001", end_of_cdr="0001")),
    ),
    (
        lambda c: c.cdr.stop_cdr_transmission("0000", CDRTermReason.ERROR_DETECTED),
        StopCDRTransmission(cdr_cross_ref_id="0000", cdr_term_reason=CDRTermReason.ERROR_DETECTED),
    ),
    (
        lambda c: c.vendor_specific.escape(PrivateData(string=Octets(b"\x01")), register_id="0001"),
        Escape(escape_register_id="0001", private_data=PrivateData(string=Octets(b"\x01"))),
    ),
    (lambda c: c.vendor_specific.escape_register(), EscapeRegister()),
    (lambda c: c.vendor_specific.escape_register_cancel("0000"), EscapeRegisterCancel(escape_register_id="0000")),
    (
        lambda c: c.vendor_specific.private_data_version_selection(5),
        PrivateDataVersionSelection(private_data_version_selection_argument=5),
    ),
)
