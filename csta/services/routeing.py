"""Routeing services (ECMA-269 clause 20).

The switch asks where a call is to go (Route Request), and what it is told is a request of this side (Route Select). The
cross reference of their dialogue ties them together; neither has a positive answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from twisted.internet.defer import Deferred

from csta.messages import routeing as messages
from csta.messages.errors import UniversalFailure
from csta.messages.media import MediaClass
from csta.services.requester import Device, Services, device_id, octets, some_device_id
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests

Dialogue: TypeAlias = messages.RouteRequest | messages.ReRoute | messages.RouteUsed
"""A request of the switch in the dialogue that is gone on with."""


class Routeing(Services):
    """Say where calls go.

    ``dialogue`` is the request of the switch that is replied to: a Route Request or a Re-Route.
    """

    def route_register(
        self, *, device: Device | None = None, media_class: MediaClass | None = None
    ) -> Deferred[messages.RouteRegisterResponse]:
        """Route Register (§20.1.1): be asked where the calls of a routeing device go.

        :param device: all routeing devices of the switch where left out.
        :param media_class: calls of which media; of any where left out.
        """
        return self._request(
            messages.RouteRegister(routeing_device=some_device_id(device), requested_routeing_media_class=media_class)
        )

    def route_register_cancel(self, route_register_req_id: str) -> Deferred[messages.RouteRegisterCancelResponse]:
        """Route Register Cancel (§20.1.3): be asked no more."""
        return self._request(messages.RouteRegisterCancel(route_register_req_id=route_register_req_id))

    def route_select(
        self,
        dialogue: Dialogue,
        route: Device,
        *,
        alternatives: Sequence[Device] | None = None,
        report_used: bool | None = None,
        correlator_data: bytes | None = None,
    ) -> Deferred[None]:
        """Route Select (§20.2.5): let the call go to ``route``.

        :param alternatives: where else the switch may try.
        :param report_used: let Route Used say where the call went in the end.
        :param correlator_data: octets that travel with the call (§12.2.10).
        """
        others = None if alternatives is None else tuple(device_id(each) for each in alternatives)
        return self._request(
            messages.RouteSelect(
                cross_ref_identifier=dialogue.cross_ref_identifier,
                route_register_req_id=dialogue.route_register_req_id,
                route_selected=device_id(route),
                alternate_routes=others,
                route_used_req=report_used,
                correlator_data=octets(correlator_data),
            )
        )

    def route_reject(self, dialogue: Dialogue, cause: messages.RejectCause | None = None) -> Deferred[None]:
        """Route Reject (§20.2.3): give the call back to the network it came from.

        :param cause: why; that network may be told.
        """
        return self._request(
            messages.RouteReject(
                cross_ref_identifier=dialogue.cross_ref_identifier,
                route_register_req_id=dialogue.route_register_req_id,
                reject_cause=cause,
            )
        )

    def route_end(self, dialogue: Dialogue, error: UniversalFailure | None = None) -> Deferred[None]:
        """Route End (§20.2.2): give no route; the switch does what it does by itself. The call is not cleared.

        :param error: why.
        """
        return self._request(
            messages.RouteEnd(
                cross_ref_identifier=dialogue.cross_ref_identifier,
                route_register_req_id=dialogue.route_register_req_id,
                error_value=error,
            )
        )


class RouteingHandler(Handler):
    """The switch asks where calls go; :meth:`Routeing.route_register` lets it.

    A method that returns None agrees; the route itself goes with :meth:`Routeing.route_select`, now or later.
    """

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.RouteRequest: self.route_request,
            messages.ReRoute: self.re_route,
            messages.RouteUsed: self.route_used,
            messages.RouteEnd: self.route_end,
            messages.RouteRegisterAbort: self.route_register_abort,
        }

    def route_request(self, request: messages.RouteRequest) -> Answer[None]:
        """Route Request (§20.2.4): where shall this call go? ``request.reply_timeout`` is the time there is."""
        return NOT_SUPPORTED

    def re_route(self, request: messages.ReRoute) -> Answer[None]:
        """Re-Route (§20.2.1): the route of this dialogue cannot be had: where else?"""
        return NOT_SUPPORTED

    def route_used(self, request: messages.RouteUsed) -> Answer[None]:
        """Route Used (§20.2.6): the call went there."""
        return NOT_SUPPORTED

    def route_end(self, request: messages.RouteEnd) -> Answer[None]:
        """Route End (§20.2.2): the dialogue is over; ``request.error_value`` may say why."""
        return NOT_SUPPORTED

    def route_register_abort(self, request: messages.RouteRegisterAbort) -> Answer[None]:
        """Route Register Abort (§20.1.2): the registration is over."""
        return NOT_SUPPORTED
