"""The shell towards Telegram: the only place that knows python-telegram-bot."""
