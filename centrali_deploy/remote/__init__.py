"""The client: what the API says, read into the manifest's language, and requests sent to it."""
