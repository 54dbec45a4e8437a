"""HTTP that Keel itself serves."""
