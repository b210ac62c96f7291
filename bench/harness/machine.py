"""What a figure was measured on, in words."""

import os
import platform
import re
import subprocess
from pathlib import Path

from .servers import ROOT


def first(path, pattern):
    found = re.search(pattern, Path(path).read_text())
    return found.group(1).strip() if found else ""


def cpu():
    name = first("/proc/cpuinfo", r"model name\s*:(.*)") or platform.machine()
    kind = "virtual " if " hypervisor " in first("/proc/cpuinfo", r"flags\s*:(.*)") + " " else ""
    cache = first("/proc/cpuinfo", r"cache size\s*:(.*)")
    return f"{name}, {os.cpu_count()} {kind}cores" + (f" with {cache} of cache each" if cache else "")


def memory():
    return f"{int(first('/proc/meminfo', r'MemTotal: *([0-9]+)')) / (1 << 20):.0f} GiB of memory"


def compiler():
    found = subprocess.run(["c++", "--version"], capture_output=True, text=True)
    return found.stdout.partition("\n")[0]


def commit():
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return git.stdout.strip() or "unknown commit"


def description():
    return ", ".join([commit(), cpu(), memory(), f"Linux {platform.release()}", compiler()])
