"""What Enterprise Security reads of a scheduled hunt: annotations and a risk action that is off."""

from __future__ import annotations

import json

from tools.conf_file import read_conf
from tools.hunts.conf_text import hunt_stanzas
from tools.hunts.playbook import REPO, read_hunts


def test_scheduled_hunts_carry_annotations_and_risk_that_is_off() -> None:
    conf = read_conf(REPO / "zeek_hunting" / "default" / "savedsearches.conf")
    for hunt in read_hunts()[0]:
        if hunt.stored_title not in hunt_stanzas(hunt):
            continue
        stanza = conf.stanzas[hunt.stored_title].settings
        assert json.loads(stanza["action.correlationsearch.annotations"]) == {"mitre_attack": hunt.techniques}
        assert json.loads(stanza["action.risk.param._risk"])[0]["risk_object_field"] == "entity"
        assert stanza["action.risk"] == "0"
        assert not any(key.startswith("action.") for key in conf.stanzas[hunt.title].settings)
