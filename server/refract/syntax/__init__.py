"""Prisma schema text to a tree, and edits of the tree back to text. Reading never raises."""

from refract.syntax.document import MARK, Chunk, Document, block_key, parse_document
from refract.syntax.schema_tree import PlacedBlock, SchemaTree, parse_schema

__all__ = ["MARK", "Chunk", "Document", "PlacedBlock", "SchemaTree", "block_key", "parse_document", "parse_schema"]
