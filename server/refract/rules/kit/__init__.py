"""What rules are made of: how one is declared, what it may look at, and what several of them share."""
