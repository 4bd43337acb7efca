"""Reports for planners: computed from a city's files, written as tables, maps and pictures."""
