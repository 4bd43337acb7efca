"""Parts of the feed builder; `gtfs.build` puts them together."""
