"""The cache folder must change with everything that can change a compiled kernel."""

from pathlib import Path

import pytest

from api import kernel_cache


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Package in which `search` jits, and reaches `slack` and `units` through `drt`."""
    sources = {
        "kernels/__init__.py": "",
        "kernels/units.py": "NEVER = 7",
        "kernels/clerk.py": "from kernels.drt import search",
        "kernels/drt/__init__.py": "from .slack import slack",
        "kernels/drt/slack.py": "from ..units import NEVER",
        "kernels/drt/search.py": "from numba import njit\nimport kernels.drt",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "kernels"


def test_sources_are_those_that_reach_a_kernel(package: Path) -> None:
    found = [str(s.relative_to(package)) for s in kernel_cache.kernel_sources(package)]
    assert found == ["drt/__init__.py", "drt/search.py", "drt/slack.py", "units.py"]


def test_an_edited_helper_of_another_file_changes_the_key(package: Path) -> None:
    before = kernel_cache.kernel_key({}, package)
    (package / "units.py").write_text("NEVER = 8")
    assert kernel_cache.kernel_key({}, package) != before


def test_the_shared_decorator_makes_a_kernel_too(package: Path) -> None:
    (package / "clerk.py").write_text("from routing.kernel import kernel")
    assert package / "clerk.py" in kernel_cache.kernel_sources(package)


def test_a_module_without_kernels_leaves_the_key_alone(package: Path) -> None:
    before = kernel_cache.kernel_key({}, package)
    (package / "clerk.py").write_text("")
    assert kernel_cache.kernel_key({}, package) == before


def test_a_key_is_remembered_until_a_source_looks_different(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_cache, "caches_folder", lambda: tmp_path / "cache" / "kernels")
    before = kernel_cache._known_key({}, package)
    assert before == kernel_cache.kernel_key({}, package)
    with monkeypatch.context() as patch:
        patch.setattr(kernel_cache, "kernel_key", lambda *_: pytest.fail("was not remembered"))
        assert kernel_cache._known_key({}, package) == before
    (package / "units.py").write_text("NEVER = 8000")
    assert kernel_cache._known_key({}, package) == kernel_cache.kernel_key({}, package) != before
    assert kernel_cache._known_key({"NUMBA_BOUNDSCHECK": "1"}, package) != before


def test_bounds_checks_have_kernels_of_their_own(package: Path) -> None:
    plain = kernel_cache.kernel_key({}, package)
    assert kernel_cache.kernel_key({"NUMBA_BOUNDSCHECK": "1"}, package) != plain


def test_a_folder_chosen_by_the_operator_is_kept(tmp_path: Path) -> None:
    env = {"NUMBA_CACHE_DIR": str(tmp_path / "mine")}
    assert kernel_cache.use_kernel_cache(env) == tmp_path / "mine"
    assert (tmp_path / "mine").is_dir()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(kernel_cache.SokchoError, match=r"file/inside .*NUMBA_CACHE_DIR"):
        kernel_cache.use_kernel_cache({"NUMBA_CACHE_DIR": str(tmp_path / "file" / "inside")})


def test_only_the_latest_states_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_cache, "caches_folder", lambda: tmp_path)
    for number in range(12):
        (tmp_path / f"{number:02}").mkdir()
    used = tmp_path / "00"
    kernel_cache.forget_old_states(used)
    assert used.is_dir()
    assert len(list(tmp_path.iterdir())) <= kernel_cache.KEPT_STATES + 1
