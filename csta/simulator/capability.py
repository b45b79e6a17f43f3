"""Capability exchange: what the switch and its devices can do (ECMA-269 §13), told from the tables it works by."""

from __future__ import annotations

from csta.messages.capability_exchange import (
    ACDModels,
    AgentStateModels,
    AppearanceType,
    CallAssociatedEvtsList,
    CallAssociatedServList,
    CallControlEvtsList,
    CallControlServList,
    CapExchangeServList,
    ConnectionView,
    DeviceAttributes,
    DeviceIDFormat,
    DeviceListItem,
    DeviceMaintEvtsList,
    DynamicFeatureSupported,
    GetCSTAFeatureResultSupportedEvents,
    GetCSTAFeatureResultSupportedServices,
    GetCSTAFeatures,
    GetCSTAFeaturesResponse,
    GetLogicalDeviceInformation,
    GetLogicalDeviceInformationResponse,
    GetPhysicalDeviceInformation,
    GetPhysicalDeviceInformationResponse,
    GetSwitchingFunctionCaps,
    GetSwitchingFunctionCapsResponse,
    GetSwitchingFunctionDevices,
    GetSwitchingFunctionDevicesResponse,
    GroupDeviceAttributes,
    IgnoreUnsupportedParameters,
    LogDevEvtsList,
    LogDevServList,
    LogicalEvtsList,
    LogicalServList,
    MaxLengthParameters,
    MonitoringServList,
    PhysDevEvtsList,
    PhysDevServList,
    Profiles,
    ReqDeviceCategory,
    RouteingServList,
    ServEvtsList,
    SnapshotServList,
    SwAppearanceAddressability,
    SwAppearanceTypes,
    SwDomainFeatures,
    SwitchingFunctionDevices,
    SystemStatusServList,
    TransAndConfSetup,
    VendorSpecificServList,
)
from csta.messages.cdr import DeviceCategory, NamedDeviceTypes
from csta.messages.monitoring import MonitorFilter
from csta.simulator.admission import device_for, extension_at
from csta.simulator.calls import Device, Extension, Group, GroupKind, Line, RoutePoint
from csta.simulator.exchange import Exchange
from csta.simulator.monitors import Client
from csta.simulator.segments import send_segments
from csta.simulator.support import supported


def get_csta_features(
    exchange: Exchange, client: Client, request: GetCSTAFeatures, now: float
) -> GetCSTAFeaturesResponse:
    """Get CSTA Features, §13.1.1."""
    return GetCSTAFeaturesResponse(
        supported_services=GetCSTAFeatureResultSupportedServices(
            cap_exchange_serv_list=supported(CapExchangeServList),
            system_stat_serv_list=supported(SystemStatusServList),
            monitoring_serv_list=supported(MonitoringServList),
            snapshot_serv_list=supported(SnapshotServList),
            call_control_serv_list=supported(CallControlServList),
            call_associated_serv_list=supported(CallAssociatedServList),
            routeing_serv_list=supported(RouteingServList),
            phys_dev_serv_list=supported(PhysDevServList),
            logical_serv_list=supported(LogicalServList),
            vendor_specific_serv_list=supported(VendorSpecificServList),
        ),
        supported_events=GetCSTAFeatureResultSupportedEvents(
            call_control_evts_list=supported(CallControlEvtsList),
            call_associated_evts_list=supported(CallAssociatedEvtsList),
            phys_dev_evts_list=supported(PhysDevEvtsList),
            logical_evts_list=supported(LogicalEvtsList),
            device_maint_evts_list=supported(DeviceMaintEvtsList),
        ),
    )


def get_switching_function_capabilities(
    exchange: Exchange, client: Client, request: GetSwitchingFunctionCaps, now: float
) -> GetSwitchingFunctionCapsResponse:
    """Get Switching Function Capabilities, §13.1.4."""
    profile = exchange.profile
    return GetSwitchingFunctionCapsResponse(
        switching_sub_domain_name=profile.name,
        manufacturer_name=profile.manufacturer,
        profiles=Profiles(["basicTelephonyProfile", "routeingProfile"]),
        device_id_format=DeviceIDFormat(["dialableDigitsAsterisk", "dialableDigitsHash", "dialableDigitsSemicolon"]),
        sw_domain_features=SwDomainFeatures(
            [
                "isForwardingBefore",
                "userSpecific",
                "supportFailedWithoutAssConn",
                "callBack",
                "extCallsIncoming",
                "extCallsOutgoing",
                "prompting",
            ]
        ),
        sw_appearance_addressability=SwAppearanceAddressability(["nonAddressable"]),
        sw_appearance_types=SwAppearanceTypes(["selectedStandard"]),
        ignore_unsupported_parameters=IgnoreUnsupportedParameters.IGNORE_PARAMETERS,
        trans_and_conf_setup=TransAndConfSetup(
            ["consultationCall", "holdCallMakeCall", "alternateCall", "twoCallsInHold"]
        ),
        correlator_data_supported=True,
        dynamic_feature_supported=DynamicFeatureSupported.ALL,
        acd_models=ACDModels(["visibleACDRelatedDevices"]),
        agent_state_models=AgentStateModels(["agentOriented"]),
        connection_view=ConnectionView.FIXED,
        max_length_parameters=_LENGTHS,
        serv_evts_list=ServEvtsList(
            cap_exchange_serv_list=supported(CapExchangeServList),
            system_serv_list=supported(SystemStatusServList),
            monitoring_serv_list=supported(MonitoringServList),
            snapshot_serv_list=supported(SnapshotServList),
            call_control_serv_list=supported(CallControlServList),
            call_control_evts_list=supported(CallControlEvtsList),
            call_associated_serv_list=supported(CallAssociatedServList),
            call_associated_evts_list=supported(CallAssociatedEvtsList),
            routeing_serv_list=supported(RouteingServList),
            phys_dev_serv_list=supported(PhysDevServList),
            phys_dev_evts_list=supported(PhysDevEvtsList),
            logical_serv_list=supported(LogicalServList),
            logical_evts_list=supported(LogicalEvtsList),
            device_maint_evts_list=supported(DeviceMaintEvtsList),
            vendor_specific_serv_list=supported(VendorSpecificServList),
        ),
    )


_LENGTHS = MaxLengthParameters(
    account_info=32,
    auth_code=32,
    agent_id=32,
    agent_password=32,
    call_id_in_connection_id=8,
    correlator_data=32,
    private_data=255,
    device_identifiers=64,
    user_data=256,
    button_label=0,
    lamp_label=0,
    characters_to_send=64,
)


def get_switching_function_devices(
    exchange: Exchange, client: Client, request: GetSwitchingFunctionDevices, now: float
) -> GetSwitchingFunctionDevicesResponse:
    """Get Switching Function Devices, §13.1.5: the list comes in segments; it is empty when nothing matches."""
    wanted = request.requested_device_id
    items = [
        _item(device)
        for device in exchange.devices
        if (wanted is None or wanted.number == device.number)
        and request.requested_device_category in (None, _requested(device))
    ]
    return GetSwitchingFunctionDevicesResponse(service_cross_ref_id=send_segments(exchange, client, items, _segment))


def _segment(reference: str, number: int, last: bool, part: tuple[DeviceListItem, ...]) -> SwitchingFunctionDevices:
    """Switching Function Devices, §13.1.6."""
    return SwitchingFunctionDevices(
        service_cross_ref_id=reference, segment_id=number, last_segment=last, device_list=part
    )


def _item(device: Device) -> DeviceListItem:
    attributes: tuple[str, ...] = ()
    if isinstance(device, Group):
        attributes = (f"group{device.kind.upper() if device.kind is GroupKind.ACD else device.kind.capitalize()}",)
    elif isinstance(device, RoutePoint):
        attributes = ("routeingDevice",)
    return DeviceListItem(
        device_id=device.id,
        device_category=category(device),
        named_device_types=_NAMED[type(device)],
        device_attributes=DeviceAttributes(attributes) if attributes else None,
    )


_CATEGORIES: dict[type[Device], DeviceCategory] = {
    Extension: DeviceCategory.STATION,
    Line: DeviceCategory.NETWORK_INTERFACE,
    Group: DeviceCategory.GROUP,
    RoutePoint: DeviceCategory.ROUTEING_DEVICE,
}
_NAMED: dict[type[Device], NamedDeviceTypes] = {
    Extension: NamedDeviceTypes.STATION,
    Line: NamedDeviceTypes.TRUNK,
    Group: NamedDeviceTypes.STATION_GROUP,
    RoutePoint: NamedDeviceTypes.OTHER,
}
_REQUESTED: dict[DeviceCategory, ReqDeviceCategory] = {
    DeviceCategory.STATION: ReqDeviceCategory.STATION,
    DeviceCategory.NETWORK_INTERFACE: ReqDeviceCategory.NETWORK_INTERFACE,
    DeviceCategory.ROUTEING_DEVICE: ReqDeviceCategory.ROUTEING_DEVICE,
}
_REQUESTED_GROUPS: dict[GroupKind, ReqDeviceCategory] = {
    GroupKind.ACD: ReqDeviceCategory.GROUP_ACD,
    GroupKind.HUNT: ReqDeviceCategory.GROUP_HUNT,
    GroupKind.PICK: ReqDeviceCategory.GROUP_PICK,
}


def category(device: Device) -> DeviceCategory:
    """What kind of device it is (§13.1.6)."""
    return _CATEGORIES[type(device)]


def _requested(device: Device) -> ReqDeviceCategory:
    """The category under which it is asked for; groups have one for each kind."""
    return _REQUESTED_GROUPS[device.kind] if isinstance(device, Group) else _REQUESTED[category(device)]


def get_logical_device_information(
    exchange: Exchange, client: Client, request: GetLogicalDeviceInformation, now: float
) -> GetLogicalDeviceInformationResponse:
    """Get Logical Device Information, §13.1.2."""
    device = device_for(exchange, request.device)
    station = isinstance(device, Extension)
    return GetLogicalDeviceInformationResponse(
        device_category=category(device),
        group_device_attributes=GroupDeviceAttributes([device.kind.value]) if isinstance(device, Group) else None,
        named_device_types=_NAMED[type(device)],
        has_physical_element=station,
        acd_models=ACDModels(["visibleACDRelatedDevices"]),
        appearance_addressable=False,
        appearance_type=AppearanceType.SELECTED_STANDARD,
        max_callbacks=None,
        max_active_calls=1 if station else None,
        max_fwd_settings=exchange.profile.settings_per_device if station else None,
        max_devices_in_conf=exchange.profile.conference_members,
        device_on_device_monitor_filter=MonitorFilter(),
        device_on_connection_monitor_filter=MonitorFilter(),
        call_on_device_monitor_filter=MonitorFilter(),
        call_on_connection_monitor_filter=MonitorFilter(),
        routeing_serv_list=supported(RouteingServList) if isinstance(device, RoutePoint) else None,
        log_dev_serv_list=_SERVICES_AT_STATION if station else None,
        log_dev_evts_list=_EVENTS if station else None,
        device_maint_evts_list=supported(DeviceMaintEvtsList) if station else None,
    )


_SERVICES_AT_STATION = LogDevServList(
    call_control_serv_list=supported(CallControlServList),
    call_associated_serv_list=supported(CallAssociatedServList),
    logical_serv_list=supported(LogicalServList),
)
_EVENTS = LogDevEvtsList(
    call_control_evts_list=supported(CallControlEvtsList),
    call_associated_evts_list=supported(CallAssociatedEvtsList),
    logical_evts_list=supported(LogicalEvtsList),
)


def get_physical_device_information(
    exchange: Exchange, client: Client, request: GetPhysicalDeviceInformation, now: float
) -> GetPhysicalDeviceInformationResponse:
    """Get Physical Device Information, §13.1.3: only telephones have a physical element."""
    device = extension_at(exchange, request.device)
    return GetPhysicalDeviceInformationResponse(
        device_category=category(device),
        named_device_types=_NAMED[type(device)],
        has_logical_element=True,
        device_model_name=exchange.profile.name,
        device_on_device_monitor_filter=MonitorFilter(),
        call_on_device_monitor_filter=MonitorFilter(),
        max_displays=1,
        max_buttons=0,
        max_lamps=0,
        phys_dev_serv_list=supported(PhysDevServList),
        phys_dev_evts_list=supported(PhysDevEvtsList),
    )
