"""The daemon: links to switches, the HTTP and WebSocket API, and the browser call screen."""
