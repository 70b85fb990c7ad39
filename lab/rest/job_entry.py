"""A job as splunkd describes it."""

from __future__ import annotations

from lab.rest.answer import Entry
from lab.rest.job import Job
from lab.rest.settings import USER

# what is the same for every job here: no previews, no real time, no pauses, no event index of its own
_ALWAYS: dict[str, object] = {
    "isPaused": False,
    "isSaved": False,
    "isZombie": False,
    "isPreviewEnabled": False,
    "isEventsPreviewEnabled": False,
    "isRealTimeSearch": False,
    "isRemoteTimeline": False,
    "isBatchModeSearch": True,
    "eventAvailableCount": 0,
    "eventFieldCount": 0,
    "dropCount": 0,
    "resultIsStreaming": False,
    "diskUsage": 0,
    "priority": 5,
    "statusBuckets": 0,
    "numPreviews": 0,
    "provenance": "",
    "keywords": "",
    "searchProviders": ["lab"],
    "performance": {},
}


def job_entry(job: Job) -> Entry:
    return Entry("search/jobs", job.sid, content(job), job.request.app, USER, job.request.search, job.published)


def content(job: Job) -> dict[str, object]:
    """What the splunk-sdk client and the dashboard renderer read, and the rest of what splunkd always says."""
    done = job.done.is_set()
    # the search ends a moment before its rows can be read; a client that saw DONE with no rows yet would show an empty table
    state = job.state if done or job.state in ("QUEUED", "RUNNING") else "FINALIZING"
    count = job.count if done else 0
    return {
        **_ALWAYS,
        "sid": job.sid,
        "label": job.request.label or job.request.saved,
        "dispatchState": state,
        "doneProgress": 1.0 if done else round(job.progress, 3),
        "isDone": done,
        "isFailed": state == "FAILED",
        "isFinalized": job.finalized,
        "isSavedSearch": bool(job.request.saved),
        "eventCount": job.events,
        "scanCount": job.scanned,
        "resultCount": count,
        "resultPreviewCount": count,
        "runDuration": round(job.run_s, 3),
        "ttl": job.ttl_s,
        "defaultTTL": str(job.ttl_s),
        "eventSearch": job.request.search.split("|")[0].strip(),
        "searchEarliestTime": job.request.settings.earliest or "",
        "searchLatestTime": job.request.settings.latest or "",
        "request": {"search": job.request.search},
        "messages": [{"type": level, "text": text} for level, text in job.messages],
        "fieldMetadataResults": {name: {} for name in job.fields} if done else {},
    }
