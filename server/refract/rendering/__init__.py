"""Puts values into English: the one package that has sentences for findings, steps and locks."""
