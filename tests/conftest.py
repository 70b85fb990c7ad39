"""Fixtures shared by the whole suite: where the real captures lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# a busy machine makes examples slow, which says nothing about the code
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

REPO = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repo() -> Path:
    return REPO


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real captures; they lie beside the checkout and never inside it. ZEEK_HUNTING_SHARED names another place."""
    data = Path(os.environ.get("ZEEK_HUNTING_SHARED", REPO.parent / "shared")) / "data"
    if not data.is_dir():
        pytest.skip(f"no real captures: {data} is absent (set ZEEK_HUNTING_SHARED to the folder that holds data/)")
    return data
