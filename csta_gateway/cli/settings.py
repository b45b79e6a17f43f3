"""The settings a command works with, and the option that names them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

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
