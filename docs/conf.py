"""Settings of Sphinx. Build with ``make docs``: warnings are errors, every reference must resolve."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

import csta.apdu
from csta import __version__
from csta.messages.base import Message
from csta.messages.errors import UniversalFailure

# Autodoc evaluates annotations, and these names are imported for type checkers only.
vars(csta.apdu).update(Message=Message, UniversalFailure=UniversalFailure)

project = "csta-gateway"
author = "csta-gateway contributors"
copyright = "2026, csta-gateway contributors"
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "domain_tables",
    "dialect_pages",
    "program_tables",
    "service_tables",
    "state_diagram",
]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["attrs_inline", "deflist", "colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}

# Names of other projects: their documentation lives elsewhere and the build works without a network.
nitpick_ignore_regex = [
    (  # chapters whose messages are read best in their modules: their pages would be most of the documentation
        r"py:.*",
        r"csta\.messages\.(capability_exchange|cdr|data_collection|io_services|location|media_attachment"
        r"|physical_device|routeing|vendor_specific|voice_unit)\..*",
    ),
    (r"py:.*", r"csta\..*\.(R|[A-Z][a-z]*T|[A-Z])"),  # type variables
    (r"py:.*", r"(?!csta\b|crm_adapter\b|csta_gateway\b).*"),
]

man_pages = [
    ("reference/cli", "csta", "look at messages of CTI links, make calls, run a switch", "", 1),
    ("reference/gateway-cli", "csta-gateway", "show who is calling", "", 1),
    ("reference/configuration", "csta-gateway.toml", "settings of csta-gateway", "", 5),
]

html_theme = "furo"
html_title = "csta-gateway"
html_show_copyright = False
