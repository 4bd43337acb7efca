"""Static instances of the field: this solver beside its peers, each solution checked."""
