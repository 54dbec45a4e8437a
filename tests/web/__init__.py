"""The pages that Keel serves."""
