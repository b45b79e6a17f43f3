"""Reads the settings; how a mistake in them is told stands in :mod:`csta.toml_file`."""

from __future__ import annotations

from pathlib import Path

from csta import toml_file
from csta.toml_file import ConfigError
from csta_gateway.config import Config

__all__ = ["ConfigError", "parse", "read"]


def read(path: Path) -> Config:
    """The settings in a file. Raises :class:`csta.toml_file.ConfigError`."""
    return toml_file.read(path, Config)


def parse(text: str, file: str) -> Config:
    """The settings in a text. Raises :class:`csta.toml_file.ConfigError`."""
    return toml_file.parse(text, file, Config)
