"""The editor's own settings: requested if the client supports that, else taken from what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from refract.config import Settings, SettingsError
from refract.workspace.project_settings import settings_from

SECTION = "refract"
_WHERE = "the editor's settings"


def can_be_asked(server: LanguageServer) -> bool:
    """Whether the client supports `workspace/configuration`."""
    workspace = server.client_capabilities.workspace
    return bool(workspace and workspace.configuration)


async def requested_settings(server: LanguageServer) -> Any:
    """The client's settings for the section of Refract."""
    params = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION)])
    answers = await server.workspace_configuration_async(params)
    return answers[0] if answers else None


def pushed_settings(settings: Any) -> Any:
    """The section of Refract in what a client sends by itself: under its name, or alone."""
    return settings.get(SECTION, settings) if isinstance(settings, Mapping) else None


def editor_settings(section: Any) -> tuple[Settings | None, str]:
    """The settings in the editor's section; None, and why, when it is not valid. What is null is not set."""
    if not isinstance(section, Mapping):
        return None, ""
    try:
        return settings_from(_without_nulls(section), _WHERE), ""
    except SettingsError as error:
        return None, str(error)


def register_changes(server: LanguageServer) -> None:
    """Ask the client to report changes of its settings, if it can."""
    workspace = server.client_capabilities.workspace
    changes = workspace.did_change_configuration if workspace else None
    if changes is None or not changes.dynamic_registration:
        return
    options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
    registration = types.Registration(
        id="refract-settings", method=types.WORKSPACE_DID_CHANGE_CONFIGURATION, register_options=options
    )
    server.client_register_capability(types.RegistrationParams(registrations=[registration]))


def _without_nulls(section: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nulls(value) if isinstance(value, Mapping) else value
        for name, value in section.items()
        if value is not None
    }
