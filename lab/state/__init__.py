"""What searches leave behind: the KV store's collections. Written lookups and summary rows are kept by lab.spl.

kv = KvStore(state / "kvstore.sqlite")
kv.batch_save("zeek_hunting", "allowed", [{"entity": "10.0.0.5", "reason": "scanner"}])
"""

from __future__ import annotations

from lab.state.field_types import FieldTypes, field_types
from lab.state.kvstore import KvStore
from lab.state.opening import app_name, kv_store
from lab.state.refusal import KvRefused

__all__ = ["FieldTypes", "KvRefused", "KvStore", "app_name", "field_types", "kv_store"]
