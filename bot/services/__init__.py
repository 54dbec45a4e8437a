"""Use cases: load from the store, ask the core, save, and give back screens."""
