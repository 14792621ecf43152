"""The language server: the analysis of `refract.analysis`, live in an editor. The only place that uses LSP."""
