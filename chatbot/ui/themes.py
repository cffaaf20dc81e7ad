"""Themes beside those that Textual brings."""

from __future__ import annotations

from textual.theme import Theme

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#00ffff",
    secondary="#ffffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    boost="#1a1a1a",
    success="#00ff00",
    warning="#ffff00",
    error="#ff8080",
    dark=True,
    variables={
        "text-muted": "#ffffff",
        "text-disabled": "#d0d0d0",
        "border": "#ffff00",
        "border-blurred": "#ffffff",
        "footer-key-foreground": "#ffff00",
        "footer-description-foreground": "#ffffff",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "input-selection-background": "#ffff00 50%",
    },
)
"""White on black, with pure colours."""
HIGH_CONTRAST_LIGHT = Theme(
    name="high-contrast-light",
    primary="#0000c0",
    secondary="#000000",
    accent="#8000a0",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#ffffff",
    boost="#eeeeee",
    success="#005000",
    warning="#804000",
    error="#a00000",
    dark=False,
    variables={
        "text-muted": "#000000",
        "text-disabled": "#303030",
        "border": "#0000c0",
        "border-blurred": "#000000",
        "footer-key-foreground": "#0000c0",
        "footer-description-foreground": "#000000",
        "block-cursor-background": "#0000c0",
        "block-cursor-foreground": "#ffffff",
    },
)
"""Black on white."""
THEMES = (HIGH_CONTRAST, HIGH_CONTRAST_LIGHT)
