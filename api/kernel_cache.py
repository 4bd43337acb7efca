"""Where numba keeps compiled kernels: one folder for each state of the kernel sources.

numba's own cache looks only at the file that defines a function, so after an edit of a jitted
helper in another file it hands out the old result. Here the folder's name is a hash of every
source that can reach a kernel, of the versions that compile it and of numba's settings
(``NUMBA_BOUNDSCHECK`` among them: numba's index does not hold it).

Must be called before anything imports numba, which reads the folder once, at its import.
"""

import ast
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, MutableMapping
from importlib.util import find_spec
from pathlib import Path

import platformdirs

from routing.errors import SokchoError

ENV = "NUMBA_CACHE_DIR"
KEPT_STATES = 8


def use_kernel_cache(env: MutableMapping[str, str] = os.environ) -> Path:
    """Point numba to the folder of the present kernel sources and return that folder.

    A ``NUMBA_CACHE_DIR`` that is already set is honoured.

    Parameters
    ----------
    env : MutableMapping
        Environment that is read and set; processes started later inherit it.

    Returns
    -------
    Path
        The folder, which exists.

    Raises
    ------
    SokchoError
        If the folder cannot be made, or numba was imported before the folder was chosen.
    """
    if ENV not in env:
        if "numba" in sys.modules:
            raise SokchoError("numba was imported before its cache folder was chosen")
        env[ENV] = str(caches_folder() / _known_key(env))
    folder = Path(env[ENV])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SokchoError(
            f"compiled kernels cannot be kept in {folder} ({error.strerror});"
            f" set {ENV} to a folder that can be written"
        ) from error
    return folder


def caches_folder() -> Path:
    """Return the folder that holds one cache folder for each state of the sources."""
    return platformdirs.user_cache_path("sokcho-transit") / "kernels"


def _known_key(env: MutableMapping[str, str], package: Path | None = None) -> str:
    """Return `kernel_key`, remembered as long as no source, version or setting looks different.

    Reading and parsing every source takes longer than a query; sizes and times of change tell
    as much, as they do for Python's own compiled files.
    """
    package = package or Path(__file__).parents[1] / "routing"
    packages = (find_spec(name) for name in ("numba", "llvmlite", "numpy"))
    files = [
        *sorted(package.rglob("*.py")),
        *(Path(spec.origin or "") for spec in packages if spec),
    ]
    looks = [(str(file), (stat := file.stat()).st_size, stat.st_mtime_ns) for file in files]
    settings = sorted(f"{k}={v}" for k, v in env.items() if k.startswith("NUMBA_"))
    signature = hashlib.sha256(repr((sys.version, settings, looks)).encode()).hexdigest()
    memory = caches_folder().parent / "kernel-keys" / signature
    try:
        return memory.read_text()
    except OSError:
        key = kernel_key(env, package)
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        draft = memory.with_name(f"{signature}.{os.getpid()}")
        draft.write_text(key)
        draft.replace(memory)
    except OSError:
        pass  # A folder that cannot be written is told of when the kernels are to be kept.
    return key


def kernel_key(env: MutableMapping[str, str], package: Path | None = None) -> str:
    """Return 16 hex digits that change whenever a compiled kernel might.

    Parameters
    ----------
    env : MutableMapping
        Environment; its ``NUMBA_*`` settings count.
    package : Path, optional
        Folder of the package ``routing``; the installed one by default.

    Returns
    -------
    str
        The key.
    """
    package = package or Path(__file__).parents[1] / "routing"
    settings = sorted(f"{k}={v}" for k, v in env.items() if k.startswith("NUMBA_") and k != ENV)
    # Imported here, for it is slow and the key is mostly known.
    from importlib.metadata import version

    versions = [f"{name}={version(name)}" for name in ("numba", "llvmlite", "numpy")]
    digest = hashlib.sha256("\n".join([sys.version, *versions, *settings]).encode())
    for source in kernel_sources(package):
        digest.update(f"\n{source.relative_to(package)}\n".encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def kernel_sources(package: Path) -> list[Path]:
    """Return, sorted, the modules that import numba and all that these import from the package.

    Parameters
    ----------
    package : Path
        Folder of a top-level package.

    Returns
    -------
    list of Path
        Source files; editing any other cannot change a compiled kernel.
    """
    imports = {source: set(_imported(source, package)) for source in package.rglob("*.py")}
    by_name = {_module_name(source, package): source for source in imports}
    reached: set[Path] = set()
    waiting = [source for source, names in imports.items() if _is_numba(names)]
    while waiting:
        source = waiting.pop()
        if source not in reached:
            reached.add(source)
            waiting += [by_name[name] for name in imports[source] if name in by_name]
    return sorted(reached)


def forget_old_states(folder: Path) -> None:
    """Remove all but the latest of the folders beside ``folder``, which stays.

    Parameters
    ----------
    folder : Path
        The cache folder in use; nothing happens where it was chosen by hand.
    """
    if folder.parent == caches_folder():
        states = sorted(folder.parent.iterdir(), key=lambda state: state.stat().st_mtime)
        for state in states[:-KEPT_STATES]:
            if state != folder:
                shutil.rmtree(state, ignore_errors=True)


def _is_numba(names: set[str]) -> bool:
    return any(name.split(".")[0] == "numba" or name == "routing.kernel" for name in names)


def _module_name(source: Path, package: Path) -> str:
    parts = source.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(source: Path, package: Path) -> Iterator[str]:
    """Yield every name that may be a module: ``from a import b`` may mean ``a`` or ``a.b``."""
    inside = source.relative_to(package.parent).parent.parts
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = inside[: len(inside) - node.level + 1] if node.level else ()
            base = ".".join((*parents, *(node.module or "").split("."))).strip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
