"""A demo day: simulated drivers and riders who use the service as real ones do, over HTTP."""
