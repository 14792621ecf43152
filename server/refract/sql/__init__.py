"""SQL in and out: migrations read into changes, changes written as Prisma writes them."""
