"""Trainings as processes of their own: started, followed, stopped and gone on with; and what the user teaches.

Nothing of ``train`` is imported: a training is ``chatbot train``, and all that is known of it stands in its folder.
"""

from chatbot.training.events import Followed, Point, Sample, State
from chatbot.training.plan import Plan
from chatbot.training.runs import Run, Runs
from chatbot.training.taught import Lesson, Taught

__all__ = ["Followed", "Lesson", "Plan", "Point", "Run", "Runs", "Sample", "State", "Taught"]
