"""What the environment may say, and that weak or absent secrets are refused."""

import stat

import pytest

from api.settings import MIN_SECRET_LENGTH, SettingsError, load_settings, signing_secret

GOOD = "x7Gk2mPq9RtVw4Zb6Nc8Yd1Fh3Js5Lu0Ae"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    import os

    for name in list(os.environ):
        if name.startswith("SOKCHO_") or name == "REDIS_URL":
            monkeypatch.delenv(name)


def test_arguments_go_before_the_environment(monkeypatch):
    monkeypatch.setenv("SOKCHO_PORT", "1234")
    assert load_settings().port == 1234
    assert load_settings(port=99).port == 99


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOKCHO_PORT", "http"),
        ("SOKCHO_PORT", "70000"),
        ("SOKCHO_DEMO", "perhaps"),
        ("SOKCHO_SECRET", "changethis"),
        ("SOKCHO_SECRET", "a" * 64),
        ("SOKCHO_CLOCK_AT", "2026-11-23T08:30:00"),
        ("SOKCHO_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_not_shown(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: ") as refused:
        load_settings()
    assert value not in str(refused.value)


def test_a_secret_is_generated_once_and_is_private(tmp_path):
    settings = load_settings(data_dir=tmp_path / "new")
    secret, is_new = signing_secret(settings)
    assert (is_new, len(secret) >= MIN_SECRET_LENGTH) == (True, True)
    assert signing_secret(settings) == (secret, False)
    mode = (tmp_path / "new" / "secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_given_secret_is_taken_and_hidden(tmp_path):
    settings = load_settings(data_dir=tmp_path, secret=GOOD)
    assert signing_secret(settings) == (GOOD.encode(), False)
    assert GOOD not in repr(settings)
    assert not (tmp_path / "secret").exists()


def test_processes_that_share_a_store_share_a_secret(monkeypatch, tmp_path):
    monkeypatch.setenv("REDIS_URL", "redis://user:hidden@localhost")
    settings = load_settings(data_dir=tmp_path)
    assert "hidden" not in repr(settings)
    with pytest.raises(SettingsError, match="SOKCHO_SECRET is not set"):
        signing_secret(settings)


def test_a_secret_file_that_is_damaged_or_out_of_reach(tmp_path):
    (tmp_path / "secret").write_text("short")
    with pytest.raises(SettingsError, match="holds no usable secret"):
        signing_secret(load_settings(data_dir=tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="SOKCHO_DATA_DIR"):
        signing_secret(load_settings(data_dir=tmp_path / "file" / "below"))
