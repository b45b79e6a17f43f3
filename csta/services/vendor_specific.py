"""Escape services (ECMA-269 clause 28)."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from csta.messages import vendor_specific as messages
from csta.messages.common import PrivateData
from csta.services.requester import Services
from csta.services.serving import NOT_SUPPORTED, Answer, Handler, Requests


class VendorSpecific(Services):
    """Services of one vendor, in data of his own."""

    def escape(self, private_data: PrivateData, *, register_id: str | None = None) -> Deferred[messages.EscapeResponse]:
        """Escape (clause 28): a service that the standard does not have.

        :param private_data: what is asked; :class:`csta.asn1.private_data.PrivateSchema` writes a vendor's.
        :param register_id: the registration it belongs to, where the switch wants one.
        """
        return self._request(messages.Escape(escape_register_id=register_id, private_data=private_data))

    def escape_register(self) -> Deferred[messages.EscapeRegisterResponse]:
        """Escape Register (clause 28): let the switch send Escapes."""
        return self._request(messages.EscapeRegister())

    def escape_register_cancel(self, escape_register_id: str) -> Deferred[messages.EscapeRegisterCancelResponse]:
        """Escape Register Cancel (clause 28): let it send no more."""
        return self._request(messages.EscapeRegisterCancel(escape_register_id=escape_register_id))

    def private_data_version_selection(self, version: int) -> Deferred[messages.PrivateDataVersionSelectionResponse]:
        """Private Data Version Selection (clause 28): which version of the private data this side speaks."""
        return self._request(messages.PrivateDataVersionSelection(private_data_version_selection_argument=version))


class EscapeHandler(Handler):
    """Escapes of the switch; :meth:`VendorSpecific.escape_register` lets it."""

    def requests(self) -> Requests:
        """See :class:`csta.services.serving.Handler`."""
        return {
            messages.Escape: self.escape,
            messages.EscapeRegisterAbort: self.escape_register_abort,
        }

    def escape(self, request: messages.Escape) -> Answer[messages.EscapeResponse]:
        """Escape (clause 28): a service that the standard does not have."""
        return NOT_SUPPORTED

    def escape_register_abort(self, request: messages.EscapeRegisterAbort) -> Answer[None]:
        """Escape Register Abort (clause 28): the registration is over."""
        return NOT_SUPPORTED
