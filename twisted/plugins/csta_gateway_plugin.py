"""``twistd csta-gateway``; Twisted finds it here."""

from twisted.application.service import ServiceMaker

gateway = ServiceMaker("csta-gateway", "csta_gateway.twistd", "shows on a call screen who is calling", "csta-gateway")
