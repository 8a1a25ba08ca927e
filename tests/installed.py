"""Make an environment that holds the built wheel and no Qt: ``python tests/installed.py DIR``.

What users install is the wheel, not the source tree, and many of them without the editor. The suite runs once
more in such an environment: a bare venv, the wheel installed into it by pip, and links to whatever else lies
beside the running Python, Qt excepted. Links make it in a second, and nothing on its path but the tests leads
back to the source tree.
"""

import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = ("layerzoo", "PySide6_Essentials", "PySide6_Addons", "PySide6", "shiboken6", "pytest-qt")


def make(environment: Path) -> None:
    """Make the environment anew, with the wheel of the source tree in it."""
    builder = venv.EnvBuilder(clear=True, symlinks=True)
    builder.create(environment)
    python = environment / "bin" / "python"
    purelib = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    link_packages(Path(purelib.stdout.strip()))
    wheels = environment / "wheels"
    pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={wheels}", str(ROOT))
    (wheel,) = wheels.glob("layerzoo-*.whl")
    pip(str(python), "install", "--no-deps", "--no-index", str(wheel))


def link_packages(target: Path) -> None:
    """Link every installed package into ``target``, but for ours and Qt's."""
    left_out = {name for each in LEFT_OUT for name in top_levels(each)}
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if package.name not in left_out and package.name != "__pycache__":
            (target / package.name).symlink_to(package)
    (target / "tests").symlink_to(
        ROOT / "tests"
    )  # tests share strategies: `from tests.strategies import ...`


def top_levels(name: str) -> set[str]:
    """The entries that a distribution owns in site-packages; none when it is not installed."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return set()
    return {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}


def pip(python: str, *arguments: str) -> None:
    """Run pip quietly in the environment of ``python``."""
    subprocess.run([python, "-m", "pip", "--quiet", *arguments], check=True)


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve())
