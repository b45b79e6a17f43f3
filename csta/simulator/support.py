"""Lists of supported services and events, told from what the switch does.

What :data:`csta.simulator.services.SERVICES` has is the whole truth; :data:`OFFERED` names it here, because that table
imports the services and these lists are part of one of them. A test holds the two together.
"""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from msgspec.structs import fields

from csta.messages.base import NamedBits, Structure
from csta.simulator.monitors import FILTER_BITS
from csta.simulator.states import NEEDS, State

L = TypeVar("L", bound=Structure)

OFFERED: frozenset[str] = frozenset(
    """
    accept_call alternate_call answer_call call_back call_back_message camp_on_call clear_call clear_connection
    conference_call consultation_call deflect_call dial_digits directed_pickup_call group_pickup_call hold_call
    intrude_call join_call make_call make_connection make_predictive_call park_call reconnect_call retrieve_call
    send_message single_step_conference single_step_transfer transfer_call
    associate_data cancel_telephony_tones change_connection_information generate_digits generate_telephony_tones
    send_user_information
    call_back_non_call_rel call_back_msg_non_call_rel cancel_call_back cancel_call_back_msg get_agent_state
    get_auto_answer get_auto_work_mode get_caller_id_status get_call_back get_do_not_disturb get_forwarding
    get_last_number_dialed get_presence_state get_routeing_mode set_agent_state set_auto_answer set_auto_work_mode
    set_caller_id_status set_do_not_disturb set_forwarding set_presence_state set_routeing_mode
    get_display get_hook_switch_status get_message_waiting_indicator get_microphone_gain get_microphone_mute
    get_ringer_status get_speaker_mute get_speaker_volume set_display set_message_waiting_indicator
    set_microphone_gain set_microphone_mute set_speaker_mute set_speaker_volume
    route_register route_register_cancel route_register_abort re_route route_end route_reject route_request
    route_select route_used
    change_monitor_filter monitor_start monitor_stop get_monitors monitor_info
    snapshot_call snapshot_device snapshot_call_data snapshot_device_data
    change_system_status_filter system_register system_status_register_abort system_status_register_cancel
    request_system_status system_status sw_function_caps_changed sw_function_devices_changed get_registrations
    registration_info
    get_csta_features get_logical_device_information get_physical_device_information get_switching_function_caps
    get_switching_function_devices switching_function_devices
    escape_register escape_register_cancel escape_register_abort escape
    """.split()
)
"""Services, by the names the capability lists give them; those the switch asks for itself are among them."""

_EVENT_NAMES: dict[str, str] = {"netw_reached": "networkReached"}
_REPORTED = frozenset(bit for _, bit in FILTER_BITS.values())

STATES: dict[str, State] = {
    "alerting": State.ALERTING,
    "connected": State.CONNECTED,
    "fail": State.FAIL,
    "failed": State.FAIL,
    "hold": State.HOLD,
    "initiated": State.INITIATED,
    "queued": State.QUEUED,
}
"""Bits of a capability that stand for an initial state → that state."""


def supported(kind: type[L]) -> L:
    """A list of services or events with those set that the switch has.

    In the capability of a service on one connection the bits of its initial states are set.
    """
    given: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in OFFERED if kind.__name__.endswith("ServList") else _event_bit(field.name) in _REPORTED:
            bits = next(each for each in (field.type, *get_args(field.type)) if _is_bits(each))
            given[field.name] = bits(_initial_states(field.name, bits))
    return kind(**given)


def _is_bits(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, NamedBits)


def _event_bit(name: str) -> str:
    """The filter bit of an event that a list calls ``name``."""
    first, *rest = name.split("_")
    return _EVENT_NAMES.get(name, first + "".join(word.capitalize() for word in rest)).replace("callerId", "callerID")


def _initial_states(name: str, bits: type[NamedBits]) -> list[str]:
    first, *rest = name.split("_")
    need = NEEDS.get(first + "".join(word.capitalize() for word in rest))
    return [bit for bit, state in STATES.items() if need and bit in bits.numbers and state in need.states]
