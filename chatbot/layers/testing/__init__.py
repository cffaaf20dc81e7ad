"""What a cell must do, for people who write one: ``check_cell(MyCell)`` in a test of theirs.

from chatbot.layers.testing import check_cell

def test_my_cell() -> None:
    check_cell(MyCell, units=5, features=3, an_option="tanh")
"""

from chatbot.layers.testing.check import LAWS, LawBroken, check_cell

__all__ = ["LAWS", "LawBroken", "check_cell"]
