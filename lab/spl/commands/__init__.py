"""Every SPL command of the lab, in one table. A command is one file: how its tree is read, and what it makes of a relation."""

from __future__ import annotations

from collections.abc import Mapping

from lab.spl.commands import (
    buckets,
    calculate,
    charting,
    collect,
    combination,
    dedup,
    ends,
    enrichment,
    extraction,
    filling,
    find,
    frequent,
    generated,
    multivalue,
    projection,
    running,
    sort,
    stats,
    tstats,
)
from lab.spl.commands.command import SplCommand
from lab.spl.commands.refused import REFUSED

COMMANDS: Mapping[str, SplCommand] = {
    command.name: command
    for command in (
        dedup.DEDUP,
        calculate.EVAL,
        projection.FIELDS,
        ends.HEAD,
        ends.REVERSE,
        ends.UNIQ,
        projection.RENAME,
        find.SEARCH,
        sort.SORT,
        stats.STATS,
        tstats.TSTATS,
        projection.TABLE,
        ends.TAIL,
        calculate.WHERE,
        buckets.BIN,
        buckets.BUCKET,
        buckets.DISCRETIZE,
        charting.CHART,
        charting.TIMECHART,
        collect.COLLECT,
        combination.APPEND,
        combination.APPENDCOLS,
        combination.APPENDPIPE,
        combination.JOIN,
        combination.MULTISEARCH,
        combination.UNION,
        enrichment.INPUTLOOKUP,
        enrichment.LOOKUP,
        enrichment.OUTPUTLOOKUP,
        extraction.REGEX,
        extraction.REX,
        filling.FILLDOWN,
        filling.FILLNULL,
        frequent.RARE,
        frequent.TOP,
        generated.ADDINFO,
        generated.FORMAT,
        generated.MAKERESULTS,
        generated.RETURN,
        multivalue.MAKEMV,
        multivalue.MVCOMBINE,
        multivalue.MVEXPAND,
        multivalue.NOMV,
        running.EVENTSTATS,
        running.STREAMSTATS,
    )
}

__all__ = ["COMMANDS", "REFUSED", "SplCommand"]
