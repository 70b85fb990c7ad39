"""``python -m bench.hunts priors`` measures what hunts give on ordinary networks and writes the lookup; ``today`` compares the
day's twenty with and without calibration on networks with intruders whose seeds the priors do not know."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.hunts import priors
from bench.hunts.networks import DAYS, hunted
from lab.sim import SimSettings

SEEDS, HOSTS = (401,), 60
OFF = {"zeek_calibrated": "eval calibrated=rank"}


def main(arguments: list[str]) -> int:
    if arguments == ["priors"]:
        text, failed = priors.measured(priors.SEEDS, priors.HOSTS)
        priors.TARGET.write_text(text, encoding="utf-8")
        sys.stderr.write("".join(f"{hunt} did not run and has no prior: {why}\n" for hunt, why in failed.items()))
        return 0
    if arguments == ["today"]:
        for seed in SEEDS:
            _today(seed)
        return 0
    sys.stderr.write("usage: python -m bench.hunts priors | today\n")
    return 2


def _today(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, hunted(SimSettings(seed=seed, hosts=HOSTS, days=DAYS), Path(folder)) as network:
        stored = [row for row in network.rows("| inputlookup zeek_findings") if row.get("score")]
        sys.stdout.write(f"seed {seed}: {len(stored)} findings stored, {len(network.planted)} planted\n")
        macros: dict[str, str]
        for name, macros in (("score alone", OFF), ("calibrated", {})):
            shown = [row for row in network.rows("| `zeek_today(20)`", **macros) if row.get("score")]
            caught = [network.caught(row) for row in shown]
            right, found = sum(map(bool, caught)), len(set().union(*caught))
            hunts = len({row["hunt"] for row in shown})
            sys.stdout.write(f"  {name}: {right} of {len(shown)} right, {found} planted found, {hunts} hunts\n")
        sys.stdout.write("".join(f"  {hunt} did not run: {why}\n" for hunt, why in network.failed.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
