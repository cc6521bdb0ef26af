"""Whether results hold the same data files to the byte, by the SHA-256 in their manifests.

`python -m tests.same_bytes FOLDER FOLDER ...` prints each file with its SHA-256, and where a result
has another. It exits with 1 where one does. It needs nothing but Python.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path


def compared(folders: Sequence[Path]) -> Iterator[tuple[str, bool]]:
    """A line for each data file, and whether all results have it with the same bytes."""
    held = {str(folder): files_of(folder) for folder in folders}
    for name in sorted({name for files in held.values() for name in files}):
        of_folder = {folder: files.get(name, "missing") for folder, files in held.items()}
        if len(set(of_folder.values())) == 1:
            yield f"{next(iter(of_folder.values()))}  {name}", True
        else:
            parts = [f"{sha256}  {folder}" for folder, sha256 in of_folder.items()]
            yield "\n  ".join([f"different: {name}", *parts]), False


def files_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of each data file of a result by its name."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files: dict[str, str] = manifest["files"]
    return files


def main(words: Sequence[str]) -> int:
    """Compare the results in some folders; the exit code."""
    lines = [*compared([Path(word) for word in words])] if len(words) > 1 else []
    for line, _ in lines:
        print(line)
    are_same = bool(lines) and all(is_same for _, is_same in lines)
    print(f"{len(words)} results: {'the same' if are_same else 'NOT the same'} data files")
    return 0 if are_same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
