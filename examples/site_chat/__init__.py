"""A website chat as a connector of Open Channels: a complete small example application."""
