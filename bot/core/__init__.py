"""The pure core: what to say and when. No await, no clock, no randomness, no third-party import."""
