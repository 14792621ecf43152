"""The rules: one module each. `base` says what a rule is; `check_all` there runs them."""
