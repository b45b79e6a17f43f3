"""Voice unit services (ECMA-269 §26.1)."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from csta.messages import voice_unit as messages
from csta.messages.common import ConnectionID
from csta.services.requester import Services


class VoiceUnit(Services):
    """Play and record messages, say texts, recognise speech.

    A message is named as the switch named it. What becomes of it is told by events (§26.2).
    """

    def play_message(
        self,
        connection: ConnectionID,
        message: str,
        *,
        duration: int | None = None,
        termination: messages.TerminatingConditions | None = None,
    ) -> Deferred[messages.PlayMessageResponse]:
        """Play Message (§26.1.6): play a message.

        :param duration: how long; to its end where left out.
        :param termination: what else ends it.
        """
        return self._request(
            messages.PlayMessage(
                over_connection=connection,
                message_to_be_played=message,
                duration=duration,
                termination=termination,
            )
        )

    def record_message(
        self,
        connection: ConnectionID,
        *,
        max_duration: int | None = None,
        termination: messages.TerminatingConditions | None = None,
        resource: str | None = None,
    ) -> Deferred[messages.RecordMessageResponse]:
        """Record Message (§26.1.9): record a call; the answer names the new message.

        :param max_duration: how long at most.
        :param termination: what else ends it.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.RecordMessage(
                call_to_be_recorded=connection, max_duration=max_duration, termination=termination, resource=resource
            )
        )

    def concatenate_message(self, parts: Sequence[str]) -> Deferred[messages.ConcatenateMessageResponse]:
        """Concatenate Message (§26.1.3): make one message of several; the answer names it."""
        return self._request(messages.ConcatenateMessage(messages_to_concatenate=tuple(parts)))

    def delete_message(self, message: str) -> Deferred[messages.DeleteMessageResponse]:
        """Delete Message (§26.1): delete a message."""
        return self._request(messages.DeleteMessage(message_to_be_deleted=message))

    def synthesize_message(
        self, text: str, *, control: messages.ControlData | None = None
    ) -> Deferred[messages.SynthesizeMessageResponse]:
        """Synthesize Message (§26.1): make a message of a text; the answer names it.

        :param control: language, gender and speed of the voice.
        """
        return self._request(messages.SynthesizeMessage(text_to_be_synthesized=text, control=control))

    def stop(
        self, connection: ConnectionID, *, message: str | None = None, resource: str | None = None
    ) -> Deferred[messages.StopResponse]:
        """Stop (§26.1): stop playing or recording.

        :param message: which, where there are several.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(messages.Stop(connection=connection, message_to_be_stopped=message, resource=resource))

    def suspend(
        self, connection: ConnectionID, *, message: str | None = None, resource: str | None = None
    ) -> Deferred[messages.SuspendResponse]:
        """Suspend (§26.1): let playing or recording rest.

        :param message: which, where there are several.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(messages.Suspend(connection=connection, message=message, resource=resource))

    def resume(
        self,
        connection: ConnectionID,
        *,
        message: str | None = None,
        duration: int | None = None,
        resource: str | None = None,
    ) -> Deferred[messages.ResumeResponse]:
        """Resume (§26.1): let it go on.

        :param message: which, where there are several.
        :param duration: how long.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.Resume(connection=connection, message_to_resume=message, duration=duration, resource=resource)
        )

    def reposition(
        self,
        connection: ConnectionID,
        period: messages.Period,
        *,
        message: str | None = None,
        resource: str | None = None,
    ) -> Deferred[messages.RepositionResponse]:
        """Reposition (§26.1.10): go on playing from elsewhere.

        :param message: which, where there are several.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.Reposition(
                connection=connection,
                period_of_reposition=period,
                message_to_reposition=message,
                resource=resource,
            )
        )

    def review(
        self,
        connection: ConnectionID,
        period: messages.PeriodToReview,
        *,
        message: str | None = None,
        resource: str | None = None,
    ) -> Deferred[messages.ReviewResponse]:
        """Review (§26.1.12): play again what was recorded last.

        :param message: which, where there are several.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.Review(
                connection=connection, period_to_review=period, message_to_review=message, resource=resource
            )
        )

    def query_voice_attribute(
        self,
        message: str,
        attribute: messages.AttributeToQuery,
        *,
        connection: ConnectionID | None = None,
        resource: str | None = None,
    ) -> Deferred[messages.QueryVoiceAttributeResponse]:
        """Query Voice Attribute (§26.1): ask for an attribute of a message.

        :param connection: as it is on this one.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.QueryVoiceAttribute(
                message_to_query=message, attribute_to_query=attribute, connection=connection, resource=resource
            )
        )

    def set_voice_attribute(
        self,
        connection: ConnectionID,
        attribute: messages.AttributeToSet,
        *,
        message: str | None = None,
        resource: str | None = None,
    ) -> Deferred[messages.SetVoiceAttributeResponse]:
        """Set Voice Attribute (§26.1.13): set an attribute: volume, speed, language.

        :param message: which, where there are several.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.SetVoiceAttribute(
                connection=connection, attribute_to_set=attribute, message=message, resource=resource
            )
        )

    def activate(
        self, connection: ConnectionID, rule: str, *, grammar: str | None = None, resource: str | None = None
    ) -> Deferred[messages.ActivateResponse]:
        """Activate (§26.1.1): let a rule of a grammar take part in recognising.

        :param grammar: that the rule stands in.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.Activate(over_connection=connection, rule_name=rule, grammar_name=grammar, resource=resource)
        )

    def deactivate(
        self, connection: ConnectionID, rule: str, *, grammar: str | None = None, resource: str | None = None
    ) -> Deferred[messages.DeactivateResponse]:
        """Deactivate (§26.1.4): let it take part no more.

        :param grammar: that the rule stands in.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.Deactivate(over_connection=connection, rule_name=rule, grammar_name=grammar, resource=resource)
        )

    def clear(self, connection: ConnectionID, *, resource: str | None = None) -> Deferred[messages.ClearResponse]:
        """Clear (§26.1): empty the prompt queue.

        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(messages.Clear(over_connection=connection, resource=resource))

    def queue_service(
        self, connection: ConnectionID, message: str, *, text: str | None = None, resource: str | None = None
    ) -> Deferred[messages.QueueServiceResponse]:
        """Queue (§26.1.8): put a message, or a text, on the prompt queue.

        :param text: to be said with it.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(
            messages.QueueService(over_connection=connection, message=message, text=text, resource=resource)
        )

    def start(
        self, connection: ConnectionID, *, text: str | None = None, resource: str | None = None
    ) -> Deferred[messages.StartResponse]:
        """Start (§26.1.14): play the prompt queue, or begin to recognise.

        :param text: to be said first.
        :param resource: which of several voice resources of the connection; needed where there are several.
        """
        return self._request(messages.Start(over_connection=connection, text=text, resource=resource))
