"""Tells texts made for machines from texts made of lines, which readers of plain lines would else take for speech."""

from __future__ import annotations

import re

from train.corpora.reader import Head

_JSON = re.compile(r'\s*(?:\{\s*(?:"|\}|\Z)|\[\s*(?:[\[{"\]]|\Z))')
_YAML = re.compile(r"^[\w-]+:[ \t]*\n(?:[ \t]*#.*\n)*[ \t]*- ", re.MULTILINE)
_XML = re.compile(r"\s*<(?:\?xml|!doctype|!--)", re.IGNORECASE)
_TAG = re.compile(r"\s*<[A-Za-z][\w:.-]*(?:\s[^<>]*)?>")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


def is_markup(head: Head) -> bool:
    """Whether it is JSON, YAML or XML, or no text at all."""
    return is_binary(head) or bool(_JSON.match(head.text)) or _is_yaml(head) or _is_xml(head)


def is_binary(head: Head) -> bool:
    """Whether it is no text: a NUL, or more than one in twenty characters that nobody writes."""
    return "\x00" in head.text or len(_UNPRINTABLE.findall(head.text)) * 20 > len(head.text)


def _is_yaml(head: Head) -> bool:
    return head.filename.endswith((".yml", ".yaml")) or bool(_YAML.search(head.text.replace("\r\n", "\n")))


def _is_xml(head: Head) -> bool:
    if _XML.match(head.text):
        return True
    ends = not head.whole or head.text.rstrip().endswith(">")  # a speaker may well start with <u>, but hardly end so
    return bool(_TAG.match(head.text)) and "</" in head.text and ends
