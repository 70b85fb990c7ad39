"""Zeek logs of any kind into a DuckDB store that looks like a Splunk index.

``ingest(paths, store)`` finds the log files, reads TSV and JSON (gzip or not, several logs in one file), and keeps every field
as the text that Splunk would show. What is skipped is named and counted in the ``IngestReport``.
"""

from lab.ingest.discovery import PathMissing
from lab.ingest.loading import ingest
from lab.ingest.report import FileReport, IngestReport, Progress
from lab.ingest.store import Store, StoreUnusable

__all__ = ["FileReport", "IngestReport", "PathMissing", "Progress", "Store", "StoreUnusable", "ingest"]
