"""A stand-in for Telegram: the Bot API's rules in memory, for tests, and over HTTP with a chat page, for the demo."""
