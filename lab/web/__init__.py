"""The app's dashboards in a browser, drawn by Splunk's own renderer over the lab's REST interface.

    routes = lab.web.routes(Pages(app, bundle_folder, loaded))      # handed to lab.rest.application as extra_routes

``python -m lab.web`` (``make lab``) sets the renderer up on first use, reads the logs and prints the address.
"""

from __future__ import annotations

from lab.web.pages import Pages, routes
from lab.web.renderer import RendererMissing, ensure_renderer

__all__ = ["Pages", "RendererMissing", "ensure_renderer", "routes"]
