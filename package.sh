#!/usr/bin/env bash
# Builds dist/zeek_hunting-<version>.spl; --bundle-numpy builds the flavour with numpy. PYTHON names the interpreter, 3.9 or later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec "${PYTHON:-python3}" -m tools.package "$@"
