"""The command line: text and JSON out, exit codes, nothing of the analysis itself."""
