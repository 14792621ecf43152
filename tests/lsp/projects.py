"""A small schema, the migration that built it, and one that comes after it."""

from __future__ import annotations

import subprocess
from pathlib import Path

HEADER = 'datasource db {\n  provider = "postgresql"\n}\n\n'
INIT = """-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
"""
SCHEMA = HEADER + "model User {\n  id   Int    @id @default(autoincrement())\n  name String\n}\n"
ADDED = 'ALTER TABLE "User" ADD COLUMN "email" TEXT NOT NULL;\n'


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
