"""What a store holds, for the pages: events per log."""

from __future__ import annotations

from pathlib import Path

from lab.ingest import Store


def events_by_log(path: Path) -> dict[str, int]:
    """Log -> events. Empty when the store is not there or holds no event. Raises StoreUnusable."""
    if not path.exists():
        return {}
    counted = {}
    with Store(path, read_only=True) as store:
        for log in store.logs():
            name = '"log_' + log.replace('"', '""') + '"'
            (row,) = store.connection.execute(f"SELECT count(*) FROM {name}").fetchall()
            counted[log] = int(row[0])
    return {log: events for log, events in counted.items() if events}
