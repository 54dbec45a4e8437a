"""The shell towards Telegram: the only place that knows python-telegram-bot."""

import os

# Lengths of time as timedelta, which is what PTB will do by itself one day; without this it warns at each 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")
