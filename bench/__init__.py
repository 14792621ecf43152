"""Benchmarks: how long an analysis, a keystroke and a whole command take, and how that grows. See README.md here."""
