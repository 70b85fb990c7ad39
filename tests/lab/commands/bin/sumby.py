"""Reporting with a map: total of n per key; the reduce takes raw events and partial rows in any mixture."""

import sys

from splunklib.searchcommands import Configuration, Option, ReportingCommand, dispatch


def totals(records, sums):
    for record in records:
        if record.get("n"):
            key = record.get("key") or "none"
            count, total = sums.get(key, (0, 0))
            sums[key] = (count + int(record.get("partial_count") or 1), total + int(record["n"]))
    return sums


@Configuration()
class Sumby(ReportingCommand):
    label = Option(default="total")

    @Configuration()
    def map(self, records):
        for key, (count, total) in totals(records, {}).items():
            yield {"key": key, "n": str(total), "partial_count": str(count)}

    def prepare(self):
        super().prepare()
        self.configuration.required_fields = ["key", "n", "partial_count"]
        self._sums = {}

    def reduce(self, records):
        totals(records, self._sums)
        if self._finished:
            self.write_info("summed {} keys", len(self._sums))
            for key, (count, total) in sorted(self._sums.items()):
                yield {"key": key, "count": str(count), self.label: str(total)}


dispatch(Sumby, sys.argv, sys.stdin, sys.stdout, __name__)
