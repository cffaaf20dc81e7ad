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
TURN = "I went to the market this morning and bought some apples."

def open_after(turns):
    conversation = Conversation.load(sys.argv[1] or None, sampling=sampling)
    for _ in range(turns):
        conversation.say(TURN)
    return conversation

def timed(conversation):
    began = time.perf_counter()
    conversation.say(TURN)
    return time.perf_counter() - began

late = open_after(989)
with open("/proc/self/status") as status:
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
early, times = open_after(0), {"early": [], "late": []}
for _ in range(20):  # interleaved, so that a busy moment hits both
    times["early"].append(timed(early))
    times["late"].append(timed(late))
print(json.dumps({**times, "resident_mb": resident / 1024}))
"""


def run(model: str | None) -> list[Row]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, model or ""], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    result = json.loads(done.stdout)
    early, late = result["early"], result["late"]
    ratio = statistics.median(late) / statistics.median(early)
    detail = f"turns 1-20 {spread(early, 1e3)} ms; turns 990-1009 {spread(late, 1e3)} ms"
    return [
        Row("turn 1,000 / turn 10", ratio, 1.2, "×", detail),
        Row("memory of the process after 1,000 turns", result["resident_mb"], 200, "MB", "resident set"),
    ]
