"""A small schema and the migration that built it."""

HEADER = 'datasource db {\n  provider = "postgresql"\n}\n\n'
INIT = """-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
"""
SCHEMA = HEADER + "model User {\n  id   Int    @id @default(autoincrement())\n  name String\n}\n"
