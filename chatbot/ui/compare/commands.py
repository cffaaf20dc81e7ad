"""What can be typed while models are compared, in one table, as ``chatbot.ui.commands`` has it for the chat."""

from __future__ import annotations

from chatbot.ui.commands import Command

COMMANDS = (
    Command("add", "Add a column", "Another model, cell or folder; it reads what was said", "[name] [temp=1 …]",
            "contenders", several=True),
    Command("remove", "Remove a column", "Take a column out, by its number", "[number]"),
    Command("replace", "Replace a column", "Put another in the place of a column; it reads what was said",
            "[number] [name] [temp=1 …]", "contenders", several=True),
    Command("set", "Sampling of a column", "Choose the replies of a column otherwise: temp, topk, topp, seed",
            "[number] [temp=1 …]", "settings", several=True),
    Command("seed", "Seed", "What the replies of all are drawn from", "[number]"),
    Command("reset", "Wipe a memory", "The model of that column, or all of them, forget; the transcripts stay",
            "[number]"),
    Command("new", "Begin anew", "All forget, and the transcripts are emptied", key="ctrl+n", label="New"),
    Command("memory", "States and gates", "Draw what the last message did to each state, or not", key="f2",
            label="Memory", any_time=True),
    Command("facts", "Facts under replies", "Show or hide time and speed", key="f4", any_time=True),
    Command("copy", "Copy the comparison", "As Markdown, or as JSON", "[json]", "copies"),
    Command("export", "Export the comparison", "To a file: Markdown, or JSON if it ends in .json", "[file]"),
    Command("help", "Help", "The keys of where you are, and these commands", key="f1", label="Help", any_time=True),
    Command("quit", "Leave the comparison", "Back to the chat, which is as it was", any_time=True),
)  # fmt: skip
