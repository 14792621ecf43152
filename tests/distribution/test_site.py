"""The website of the documentation: it is built without network, loads nothing from elsewhere, and its links lead somewhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from distribution.commands import ROOT

pytestmark = pytest.mark.xdist_group("distribution")

HTML = ROOT / "build" / "site" / "html"
PAGES = 150
"""At least as many are expected: each rule, recipe and fix has one."""

_LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """The links, anchors and loaded files of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.add(values["href"])
        if (name := _LOADS.get(tag)) and name in values and values.get("rel") not in ("canonical", "prev", "next"):
            self.loaded.add(values[name])


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    subprocess.run([sys.executable, ROOT / "scripts" / "site.py"], check=True, capture_output=True, timeout=300)
    return {path: Page(path) for path in sorted(HTML.rglob("*.html")) if path.name != "404.html"}


def test_every_page_is_there(pages: dict[Path, Page]) -> None:
    assert len(pages) > PAGES
    assert (HTML / "search.json").stat().st_size > 0


def test_a_page_loads_nothing_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert {url for page in pages.values() for url in page.loaded if urlsplit(url).netloc} == set()


def test_links_lead_somewhere(pages: dict[Path, Page]) -> None:
    assert sorted(_broken(pages)) == []


def _broken(pages: dict[Path, Page]) -> Iterator[str]:
    for path, page in pages.items():
        for url in page.links | page.loaded:
            if not _found(path, url, pages):
                yield f"{path.relative_to(HTML)}: {url}"


def _found(path: Path, url: str, pages: dict[Path, Page]) -> bool:
    link = urlsplit(url)
    if link.scheme or link.netloc:
        return True
    target = (path.parent / unquote(link.path)).resolve() if link.path else path
    target = target / "index.html" if target.is_dir() else target
    if target in pages and link.fragment:
        return unquote(link.fragment) in pages[target].anchors
    return target.is_file()
