"""Content files on disk, turned into frozen objects that the rest of Keel reads."""
