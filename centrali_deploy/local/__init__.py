"""The local workspace: a program that answers like the API, for trying things without an account and for the tests."""
