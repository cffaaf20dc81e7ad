"""Whether a turn costs more, and the process takes more memory, as a conversation grows to 1,000 turns."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from tests.benchmarks.report import Row, spread

_SCRIPT = """
import json, sys, time
from chatbot import Conversation
from chatbot.config import SamplingConfig

# Greedy replies of one length to one sentence: what is timed is the turn, not what happens to be said.
sampling = SamplingConfig(temperature=0.0, min_length=12, max_length=12)
conversation = Conversation.load(sys.argv[1] or None, sampling=sampling)
times = []
for number in range(1010):
    began = time.perf_counter()
    conversation.say("I went to the market this morning and bought some apples.")
    times.append(time.perf_counter() - began)
with open("/proc/self/status") as status:
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
print(json.dumps({"times": times, "resident_mb": resident / 1024}))
"""


def run(model: str | None) -> list[Row]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, model or ""], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    result = json.loads(done.stdout)
    early, late = result["times"][5:15], result["times"][995:1005]
    ratio = statistics.median(late) / statistics.median(early)
    detail = f"turns 6-15 {spread(early, 1e3)} ms; turns 996-1005 {spread(late, 1e3)} ms"
    return [
        Row("turn 1,000 / turn 10", ratio, 1.2, "×", detail),
        Row("memory of the process after 1,000 turns", result["resident_mb"], 200, "MB", "resident set"),
    ]
