"""Media attachment services (ECMA-269 clause 19)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import media_attachment as messages
from csta.messages.call_data import LocalConnectionState
from csta.messages.common import ConnectionID
from csta.messages.media import ConnectionMode, MediaServiceType
from csta.services.requester import Services


class MediaAttachment(Services):
    """Bring media services, a recorder or a mixer for example, to a call."""

    def attach_media_service(
        self,
        connection: ConnectionID,
        service: MediaServiceType,
        mode: ConnectionMode,
        *,
        version: int | None = None,
        instance: str | None = None,
        state: LocalConnectionState | None = None,
    ) -> Deferred[messages.AttachMediaServiceResponse]:
        """Attach Media Service (clause 19): attach a media service to a connection.

        :param mode: how the service's own connection stands to the call.
        :param version: of the service.
        :param instance: which one of several that are alike.
        :param state: which state the service's connection is to have.
        """
        return self._request(
            messages.AttachMediaService(
                connection=connection,
                media_service_type=service,
                connection_mode=mode,
                media_service_version=version,
                media_service_instance_id=instance,
                requested_connection_state=state,
            )
        )

    def detach_media_service(
        self, connection: ConnectionID, service: MediaServiceType
    ) -> Deferred[messages.DetachMediaServiceResponse]:
        """Detach Media Service (clause 19): end it."""
        return self._request(messages.DetachMediaService(connection=connection, media_service_type=service))
