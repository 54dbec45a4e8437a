"""Keel's tests."""
