"""Finds where TypeScript and JavaScript use the models, fields and enum values of a Prisma schema.

Text in, places out: nothing here reads a file. There is no compiler either, so each use records whether it is sure.
"""

from refract.source.client import Client, ClientField, ClientModel, Target, client_of, completed
from refract.source.creations import creates_rows
from refract.source.search import Needle, find_uses, needles
from refract.source.use import CodeUses, Use, counted

__all__ = [
    "Client",
    "ClientField",
    "ClientModel",
    "CodeUses",
    "Needle",
    "Target",
    "Use",
    "client_of",
    "completed",
    "counted",
    "creates_rows",
    "find_uses",
    "needles",
]
