"""The settings as they come out of files, environment and defaults, for people; secrets do not show."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import tomli_w

from csta_gateway.config import Config

PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):[^/\s]*@")
"""Name and password in a URL; the password may hold an ``@``."""


def printed(config: Config) -> str:
    """TOML text that means the same, but for passwords in URLs and the values of HTTP headers."""
    return tomli_w.dumps(_shown(msgspec.to_builtins(config)))


def _shown(value: Any) -> Any:  # noqa: ANN401 -- any TOML value
    if isinstance(value, dict):
        return {
            key: _masked(each) if key == "headers" else _shown(each) for key, each in value.items() if each is not None
        }
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return PASSWORD.sub(r"\1:***@", value) if isinstance(value, str) else value


def _masked(headers: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(headers, "***")
