"""Fixes: what a senior engineer would do about a finding, as edits of files. One module for each kind of fix."""

from refract.fixes.base import Fix, FixContext, fixes_for, load_fixes

__all__ = ["Fix", "FixContext", "fixes_for", "load_fixes"]
