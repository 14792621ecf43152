"""Reads migrations: SQL in, changes out."""

from refract.sql.reader.migration import SIZE_LIMIT, read_migration, too_large
from refract.sql.reader.state import Reading
from refract.sql.reader.statements import read_statements, unread_statement

__all__ = ["SIZE_LIMIT", "Reading", "read_migration", "read_statements", "too_large", "unread_statement"]
