"""Context: what else is known of a pair, as log-odds that are added to the rank. Not part of the behaviour.

Each flag of settings.FLAGS that holds adds its points; one that is unknown adds nothing, so a site without TLS logs ranks
as before.
``clock_locked`` is measured here where the caller does not say (see phase_lock). The others come with PairColumns.facts. Company
is a number, not a flag (see company).
"""

from __future__ import annotations

import numpy as np

from .company import company_log_odds
from .phase_lock import phase_lock
from .series import Floats, Ints, PairColumns
from .settings import CONTEXT, FLAGS, BeaconSettings

MEASURED = "clock_locked"


def context_log_odds(pairs: PairColumns, timing: Floats, alike: Ints, settings: BeaconSettings) -> Floats:
    """(pairs, flags) log-odds in the order of CONTEXT. timing: (pairs,) T; alike: (pairs,) see company."""
    odds = np.zeros((pairs.series.pairs, len(CONTEXT)))
    facts = dict(pairs.facts)
    if MEASURED not in facts:
        facts[MEASURED] = phase_lock(pairs.series).clock_s > 0
    if "moves" in facts:  # without a timer nothing is on the move
        facts["moves"] = facts["moves"] & (timing >= settings.company_timing)
    odds[:, CONTEXT.index("company")] = company_log_odds(alike, settings)
    for place, name in enumerate(FLAGS):
        if name in facts:
            odds[facts[name], place] = getattr(settings, name + "_points")
    return odds
