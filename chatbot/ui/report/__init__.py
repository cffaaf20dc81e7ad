"""A comparison of cells, as ``chatbot compare`` leaves it: the summary and every plot, in the terminal."""

from chatbot.ui.report.screen import ReportScreen

__all__ = ["ReportScreen"]
