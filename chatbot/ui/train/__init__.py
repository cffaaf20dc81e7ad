"""Training: runs that go on without this program, begun, followed, stopped and talked to; and what was taught.

What they do is the business of ``chatbot.training``.
"""

from chatbot.ui.train.form import FormScreen
from chatbot.ui.train.lessons import LessonsScreen
from chatbot.ui.train.messages import CompareRequested, TalkRequested
from chatbot.ui.train.run import RunScreen
from chatbot.ui.train.runs import RunsScreen

__all__ = ["CompareRequested", "FormScreen", "LessonsScreen", "RunScreen", "RunsScreen", "TalkRequested"]
