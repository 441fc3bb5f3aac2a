"""The version of this tool, in the one place that the package, its User-Agent and its wheel read it from."""

VERSION = "0.1.0"
