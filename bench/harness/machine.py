"""What a figure was measured on, in words."""

import os
import platform
import subprocess
from pathlib import Path

from .servers import ROOT


def cpu_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def commit():
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return git.stdout.strip() or "unknown commit"


def description():
    return f"{commit()}, {cpu_name()}, {os.cpu_count()} cores, Linux {platform.release()}"
