"""Every setting, module and convention that the service has stands in its README."""

from pathlib import Path

from api.settings import Settings

README = (Path(__file__).parents[2] / "api" / "README.md").read_text("utf-8")


def test_every_setting_is_documented():
    names = {
        "REDIS_URL" if name == "redis_url" else f"SOKCHO_{name.upper()}"
        for name in Settings.model_fields
    }
    assert {name for name in names if f"`{name}`" not in README} == set()


def test_no_setting_is_documented_that_does_not_exist():
    import re

    named = set(re.findall(r"`SOKCHO_([A-Z_]+)`", README))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_readme_is_a_page():
    assert len(README.splitlines()) <= 60
