"""Configuration as code for Centrali workspaces: manifests in, a plan, then exactly that plan applied."""
