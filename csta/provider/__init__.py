"""A CSTA link as a source of calls: :class:`csta.model.provider.Provider` on :class:`csta.client.Client`."""

from csta.provider.provider import CstaProvider

__all__ = ["CstaProvider"]
