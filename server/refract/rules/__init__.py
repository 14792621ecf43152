"""The rules: one module each. `kit` has what they are made of; `kit.rule.check_all` runs them."""
