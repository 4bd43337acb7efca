"""The log of an area in Redis: events, snapshots, answers on record, contacts, the lease."""
