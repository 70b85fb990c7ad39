"""splunkd's REST interface over the lab, on loopback: what the splunk-sdk client and Splunk's dashboard renderer ask for.

    application = lab.rest.application(RestSettings(app, store, token=new_token()))      # an ASGI application
    with running(application) as port: ...                                               # served in a thread

Everything else is refused: other hosts, calls without the token, paths that nobody needs here.
"""

from __future__ import annotations

from lab.rest.application import application
from lab.rest.serving import running, serve
from lab.rest.settings import RestSettings, new_token

__all__ = ["RestSettings", "application", "new_token", "running", "serve"]
