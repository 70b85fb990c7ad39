"""Commands of Splunk that the lab does not run, each with what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

_MODELS = "there are no data models in the lab; use tstats … where index=…, or a search with stats"
REFUSED: Mapping[str, str] = {
    "datamodel": _MODELS,
    "from": _MODELS,
    "map": "it starts a search per row; use a subsearch in [ ], join or lookup",
    "metadata": "use tstats count min(_time) max(_time) where index=* by host",
    "pivot": _MODELS,
    "transaction": "its rules on order and open events are not rebuilt; use stats min(_time) max(_time) values(…) by <id>",
    "loadjob": "the lab keeps no finished searches; run the search itself",
    "savedsearch": "run it with: lab savedsearch NAME",
    "sendemail": "the lab sends nothing; look at the rows",
    "rest": "the lab has no splunkd to ask; see docs/lab.md",
    "script": "the lab runs only commands of commands.conf",
    "cluster": "use stats count by punct, or a command of the app",
    "geostats": "there is no map in the lab; use stats … by lat, lon",
    "iplocation": "the lab has no location database; use a lookup",
    "predict": "use streamstats with avg and stdev",
    "anomalydetection": "use eventstats with avg and stdev",
}
