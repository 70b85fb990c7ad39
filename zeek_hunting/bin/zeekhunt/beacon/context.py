"""Context: what else is known of a pair, as log-odds that are added to the rank. Not part of the behaviour.

Each flag of settings.CONTEXT that holds adds its points; one that is unknown adds nothing, so a site without TLS logs ranks
as before.
``clock_locked`` is measured here where the caller does not say (see phase_lock). The others come with PairColumns.facts.
"""

from __future__ import annotations

import numpy as np

from .phase_lock import phase_lock
from .series import Floats, PairColumns
from .settings import CONTEXT, BeaconSettings

MEASURED = "clock_locked"


def context_log_odds(pairs: PairColumns, settings: BeaconSettings) -> Floats:
    """(pairs, flags) log-odds in the order of CONTEXT."""
    odds = np.zeros((pairs.series.pairs, len(CONTEXT)))
    facts = dict(pairs.facts)
    if MEASURED not in facts:
        facts[MEASURED] = phase_lock(pairs.series).clock_s > 0
    for place, name in enumerate(CONTEXT):
        if name in facts:
            odds[facts[name], place] = getattr(settings, name + "_points")
    return odds
