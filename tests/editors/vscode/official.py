"""A stand-in of Prisma's own extension, made of what Prisma has on npm: its language server and an old grammar.

The extension itself is on the Marketplace only. The stand-in has its name, its language and its server; its grammar
is marked, so that a test can tell whose colours are shown.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from editors.vscode.driver import INSTALLED, ROOT

_SERVER, _GRAMMAR = "@prisma/language-server@31.12.10", "prisma-vscode@0.0.56"
_CLIENT = """
const { LanguageClient } = require("vscode-languageclient/node");
exports.activate = () => {
  const server = { module: SERVER, transport: 1 };
  const selector = [{ scheme: "file", language: "prisma" }];
  new LanguageClient("prisma", "Prisma Language Server", { run: server, debug: server }, { documentSelector: selector }).start();
};
"""
_MANIFEST = {
    "name": "prisma",
    "publisher": "Prisma",
    "version": "31.0.0",
    "engines": {"vscode": "^1.91.0"},
    "main": "main.js",
    "activationEvents": ["onLanguage:prisma"],
    "contributes": {
        "languages": [
            {
                "id": "prisma",
                "aliases": ["Prisma"],
                "extensions": [".prisma"],
                "configuration": "language-configuration.json",
            }
        ],
        "grammars": [{"language": "prisma", "scopeName": "source.prisma", "path": "grammar.json"}],
        # Its server ends when the section is empty.
        "configuration": {"properties": {"prisma.enableDiagnostics": {"type": "boolean", "default": True}}},
    },
}
MARKED = "model"
"""The word that its grammar marks as illegal."""


def official() -> Path:
    """The stand-in as .vsix."""
    folder = INSTALLED / "official"
    extension = folder / "extension"
    packed = folder / "official.vsix"
    packages = folder / "node_modules"
    if not packed.exists():
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        subprocess.run([*install, _SERVER], cwd=folder, check=True)
        subprocess.run(["npm", "pack", "--silent", _GRAMMAR], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        [archive] = folder.glob("prisma-vscode-*.tgz")
        subprocess.run(["tar", "xzf", archive.name], cwd=folder, check=True)
    extension.mkdir(exist_ok=True)
    server = json.dumps(str(packages / "@prisma/language-server/dist/bin.js"))
    (extension / "client.js").write_text(_CLIENT.replace("SERVER", server))
    (extension / "package.json").write_text(json.dumps(_MANIFEST))
    (extension / "README.md").write_text("A stand-in, for tests.")
    old = folder / "package"
    (extension / "language-configuration.json").write_text((old / "language-configuration.json").read_text())
    grammar = json.loads((old / "syntaxes/prisma.tmLanguage.json").read_text())
    grammar["patterns"].insert(0, {"match": rf"\b{MARKED}\b", "name": "invalid.illegal.marker"})
    (extension / "grammar.json").write_text(json.dumps(grammar))
    programs = ROOT / "vscode-client/node_modules"
    bundle = ["--bundle", "--platform=node", "--external:vscode", "--outfile=main.js", "--log-level=warning"]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "NODE_PATH": str(programs)}
    subprocess.run([programs / ".bin/esbuild", "client.js", *bundle], cwd=extension, check=True, env=environment)
    pack = ["package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", str(packed)]
    subprocess.run([programs / ".bin/vsce", *pack], cwd=extension, check=True, stdout=subprocess.DEVNULL)
    return packed
