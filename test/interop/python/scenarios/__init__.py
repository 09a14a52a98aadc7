"""One module a client, one function a scenario."""
