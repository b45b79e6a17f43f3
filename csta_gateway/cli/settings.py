"""The settings a command works with, and the option that names them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crm_adapter.texts import Language
from csta_gateway import config_file
from csta_gateway.config import Config

if TYPE_CHECKING:
    # The class cannot be named at run time: argparse hides it.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

DEFAULT_CONFIG = Path("/etc/csta-gateway/gateway.toml")


def add_config(parser: argparse._ActionsContainer) -> None:
    """The option ``--config``."""
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"default: {DEFAULT_CONFIG}"
    )


def settings(options: argparse.Namespace) -> Config:
    """The settings in force. Raises :class:`~csta.toml_file.ConfigError`."""
    return config_file.read(options.config, os.environ)


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of the environment (POSIX, Base Definitions §8.2), as far as there are words in it."""
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "de" if locale.startswith("de") else "en"
