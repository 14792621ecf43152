"""Where the language server begins: its classes, and those of the protocol, are made of code that is kept on disk."""

from refract.collector import without_collector
from refract.compiled import compiled_classes

with without_collector(), compiled_classes():
    from refract.lsp.server import main

__all__ = ["main"]
