"""The language server: the analysis of `refract.project`, live in an editor. The only place that speaks LSP."""
