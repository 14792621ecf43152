"""Which tool applies the migrations of a project: Prisma, or the one that keeps a flat folder of SQL."""

from __future__ import annotations

from enum import Enum

from refract.baseline.folder import SUPABASE, flat_files
from refract.workspace.migration_folders import holds_migrations
from refract.workspace.projects import ProjectFiles
from refract.workspace.wrangler import D1Database, nearest_d1_databases


class MigrationTool(Enum):
    """Who applies migrations and records that they are applied."""

    PRISMA = "prisma"
    WRANGLER = "wrangler"
    SUPABASE = "supabase"
    OTHER = "other"
    """One that no file names: it keeps files of SQL, whose names begin with numbers."""


def migration_tool(files: ProjectFiles) -> MigrationTool:
    """The tool that a project's migrations are for."""
    is_flat = bool(flat_files(files.migrations))
    if not is_flat and holds_migrations(files.migrations):
        return MigrationTool.PRISMA
    if files.migrations.parent.name == SUPABASE:
        return MigrationTool.SUPABASE
    if d1_database(files) is not None:
        return MigrationTool.WRANGLER
    return MigrationTool.OTHER if is_flat else MigrationTool.PRISMA


def d1_database(files: ProjectFiles) -> D1Database | None:
    """The D1 database whose migrations wrangler keeps in the folder of a project."""
    named = (database for database in nearest_d1_databases(files.root) if database.migrations == files.migrations)
    return next(named, None)
