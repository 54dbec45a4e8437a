"""Known holes in what Keel runs on (deploy/requirements.lock), by pip-audit. Part of `make check`.

Ends with 1 where one is known. Where nobody can be asked (no network, or an index that knows nothing of holes) it says
so and ends with 0: what was not looked up is not called safe.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
AUDIT = ("--from", "pip-audit==2.10.1", "pip-audit", "--requirement", "deploy/requirements.lock", "--disable-pip",
         "--no-deps", "--format", "json", "--progress-spinner", "off")  # fmt: skip
PATIENCE = 120


def main() -> int:
    """Ask, and say what came of it."""
    try:
        done = subprocess.run(
            [Path(sys.executable).parent / "uvx", "--quiet", *AUDIT],
            cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        found = json.loads(done.stdout)["dependencies"]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
        print("Not audited: pip-audit cannot be had here, or reaches nobody.")
        return 0
    asked = [package for package in found if "skip_reason" not in package]
    holes = [(package, hole) for package in asked for hole in package["vulns"]]
    for package, hole in holes:
        mended = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}")
    print(f"Audited {len(asked)} of {len(found)} packages: {len(holes)} known holes.")
    if len(asked) < len(found):
        print("The others are not known to the index that is used here.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
