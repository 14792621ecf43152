"""Refract: makes every change to a Prisma schema safe before it reaches a database."""

__version__ = "0.1.0"
