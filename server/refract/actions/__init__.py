"""What a user can have done with an analysis: fixes, migrations, plans, rollbacks, runbooks. The only part that writes files."""
