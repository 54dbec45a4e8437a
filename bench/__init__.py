"""Side-by-side benchmarks: ratios against something measured in the same run."""
