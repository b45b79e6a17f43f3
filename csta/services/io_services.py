"""I/O services (ECMA-269 clause 24).

A data path leads to a device or a connection, inside the switch; its cross reference lives until Stop Data Path.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from csta.messages import io_services as messages
from csta.messages.base import Octets
from csta.messages.common import ConnectionID
from csta.services.requester import Device, Services, csta_object, octets, some_device_id
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests


class IOServices(Services):
    """Data to and from devices."""

    def io_register(self, *, device: Device | None = None) -> Deferred[messages.IORegisterResponse]:
        """I/O Register (§24.1.1): serve the data paths that a device opens.

        :param device: all devices of the switch where left out.
        """
        return self._request(messages.IORegister(io_device=some_device_id(device)))

    def io_register_cancel(self, io_register_request_id: str) -> Deferred[messages.IORegisterCancelResponse]:
        """I/O Register Cancel (§24.1.3): serve them no more."""
        return self._request(messages.IORegisterCancel(io_register_request_id=io_register_request_id))

    def start_data_path(
        self,
        to: Device | ConnectionID,
        *,
        direction: messages.DataPathDirection | None = None,
        data_type: messages.DataPathType | None = None,
        characters: int | None = None,
        termination: str | None = None,
        timeout: int | None = None,
    ) -> Deferred[messages.StartDataPathResponse]:
        """Start Data Path (§24.2.8): open a path to a device or a connection.

        :param direction: to it, from it, or both.
        :param data_type: text or voice.
        :param characters: send what was collected after so many.
        :param termination: send what was collected after this one.
        :param timeout: send what was collected after so many seconds.
        """
        return self._request(
            messages.StartDataPath(
                object=csta_object(to),
                data_path_direction=direction,
                data_path_type=data_type,
                number_of_characters_to_collect=characters,
                termination_character=termination,
                timeout=timeout,
            )
        )

    def fast_data(
        self, to: Device | ConnectionID, data: bytes, *, data_type: messages.DataPathType | None = None
    ) -> Deferred[messages.FastDataResponse]:
        """Fast Data (§24.2.3): open a path, send one message, close it.

        :param data_type: text or voice.
        """
        return self._request(messages.FastData(object=csta_object(to), data_path_type=data_type, io_data=Octets(data)))

    def send_data(
        self, path: messages.IOCrossRefID, data: bytes, *, register_id: str | None = None
    ) -> Deferred[messages.SendDataResponse]:
        """Send Data (§24.2.6): send on one path.

        :param register_id: on paths that the switch opened, the registration they belong to.
        """
        return self._request(
            messages.SendData(io_cross_ref_id=path, io_data=Octets(data), io_register_request_id=register_id)
        )

    def send_multicast_data(
        self, paths: Sequence[messages.IOCrossRefID], data: bytes | None = None
    ) -> Deferred[messages.SendMulticastDataResponse]:
        """Send Multicast Data (§24.2.7): send on some paths."""
        return self._request(messages.SendMulticastData(io_cross_ref_id_list=tuple(paths), io_data=octets(data)))

    def send_broadcast_data(
        self, data: bytes, *, data_type: messages.DataPathType | None = None
    ) -> Deferred[messages.SendBroadcastDataResponse]:
        """Send Broadcast Data (§24.2.5): send on all open paths.

        :param data_type: on the paths for text, or for voice, only.
        """
        return self._request(messages.SendBroadcastData(io_data=Octets(data), data_path_type=data_type))

    def suspend_data_path(
        self, path: messages.IOCrossRefID, *, register_id: str | None = None
    ) -> Deferred[messages.SuspendDataPathResponse]:
        """Suspend Data Path (§24.2.10): let a path rest.

        :param register_id: on paths that the switch opened, the registration they belong to.
        """
        return self._request(messages.SuspendDataPath(io_cross_ref_id=path, io_register_request_id=register_id))

    def resume_data_path(
        self, path: messages.IOCrossRefID, *, register_id: str | None = None
    ) -> Deferred[messages.ResumeDataPathResponse]:
        """Resume Data Path (§24.2.4): let it go on.

        :param register_id: on paths that the switch opened, the registration they belong to.
        """
        return self._request(messages.ResumeDataPath(io_cross_ref_id=path, io_register_request_id=register_id))

    def stop_data_path(
        self, path: messages.IOCrossRefID, *, register_id: str | None = None
    ) -> Deferred[messages.StopDataPathResponse]:
        """Stop Data Path (§24.2.9): close a path, a resting one too.

        :param register_id: on paths that the switch opened, the registration they belong to.
        """
        return self._request(messages.StopDataPath(io_cross_ref_id=path, io_register_request_id=register_id))


class IOHandler(Handler):
    """Data paths that the switch opens, and what comes on all of them; :meth:`IOServices.io_register` lets it."""

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.IORegisterAbort: self.io_register_abort,
            messages.StartDataPath: self.start_data_path,
            messages.SendData: self.send_data,
            messages.FastData: self.fast_data,
            messages.SuspendDataPath: self.suspend_data_path,
            messages.ResumeDataPath: self.resume_data_path,
            messages.DataPathSuspended: self.data_path_suspended,
            messages.DataPathResumed: self.data_path_resumed,
            messages.StopDataPath: self.stop_data_path,
        }

    def io_register_abort(self, request: messages.IORegisterAbort) -> Answer[None]:
        """I/O Register Abort (§24.1.2): the registration is over."""
        return NOT_SUPPORTED

    def start_data_path(self, request: messages.StartDataPath) -> Answer[messages.StartDataPathResponse]:
        """Start Data Path (§24.2.8): a path is opened; the answer names it."""
        return NOT_SUPPORTED

    def send_data(self, request: messages.SendData) -> Answer[messages.SendDataResponse]:
        """Send Data (§24.2.6): data came."""
        return NOT_SUPPORTED

    def fast_data(self, request: messages.FastData) -> Answer[messages.FastDataResponse]:
        """Fast Data (§24.2.3): data came on a path of its own."""
        return NOT_SUPPORTED

    def suspend_data_path(self, request: messages.SuspendDataPath) -> Answer[messages.SuspendDataPathResponse]:
        """Suspend Data Path (§24.2.10): the path is to rest."""
        return NOT_SUPPORTED

    def resume_data_path(self, request: messages.ResumeDataPath) -> Answer[messages.ResumeDataPathResponse]:
        """Resume Data Path (§24.2.4): the path is to go on."""
        return NOT_SUPPORTED

    def data_path_suspended(self, request: messages.DataPathSuspended) -> Answer[messages.DataPathSuspendedResponse]:
        """Data Path Suspended (§24.2.2): the switch lets the path rest."""
        return NOT_SUPPORTED

    def data_path_resumed(self, request: messages.DataPathResumed) -> Answer[messages.DataPathResumedResponse]:
        """Data Path Resumed (§24.2.1): the switch lets the path go on."""
        return NOT_SUPPORTED

    def stop_data_path(self, request: messages.StopDataPath) -> Answer[messages.StopDataPathResponse]:
        """Stop Data Path (§24.2.9): the path is closed."""
        return NOT_SUPPORTED
