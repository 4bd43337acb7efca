"""A city cut out of a feed of a country, in bounded memory (`sokcho import-feed`)."""

from gtfs.clip.cut import Order, import_feed
from gtfs.clip.profiles import PROFILES, Profile
from gtfs.clip.region import Region, read_region

__all__ = ["PROFILES", "Order", "Profile", "Region", "import_feed", "read_region"]
