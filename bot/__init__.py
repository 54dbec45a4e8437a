"""Keel: a steady minute before the message, and the months in which that minute becomes rarer."""

__version__ = "0.1.0"
