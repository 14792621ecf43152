"""One risky change as a sequence of safe ones: recipes, and what turns one into migrations."""
