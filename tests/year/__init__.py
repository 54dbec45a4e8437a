"""Whole years of many people: what Keel's rules bring, compared with a plain reference that shares no code with them.

`python -m tests.year` (or `make simulate`) runs all of it; test_year.py a small part.
"""
