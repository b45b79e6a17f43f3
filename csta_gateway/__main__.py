"""``python -m csta_gateway`` is the same as ``csta-gateway``."""

from __future__ import annotations

from csta_gateway.cli import main

raise SystemExit(main())
