"""The relational model (`model`), the changes between two of them (`changes`), and applying those (`apply`)."""
