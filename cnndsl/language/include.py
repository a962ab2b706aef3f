"""``include``: other files, found below the folder of the file that names them, each read once."""

from __future__ import annotations

from pathlib import Path

from cnndsl.errors import InputError
from cnndsl.language.names import FileNames
from cnndsl.language.source import MAX_BYTES, Source, read_source
from cnndsl.language.syntax import Include
from cnndsl.language.values import FaultError

MOST_FILES = 32


class Library:
    """The files that a model file includes, and what they define. ``reading`` are those that are being read."""

    def __init__(self, main: Source) -> None:
        self.files: list[Source] = []
        self.names: dict[Path, FileNames] = {}
        self.reading: list[Path] = [] if main.folder is None else [(main.folder / Path(main.name).name).resolve()]
        self._size = len(main.text)

    def find(self, line: Include, source: Source) -> Path:
        """The file that a line of a source means.

        Raises
        ------
        FaultError
            It lies elsewhere, or would include itself.
        """
        if source.folder is None:
            message = f"{source.name} has no folder to include files from"
            raise FaultError("D503", message, line.span, "save it as a file, and give the path of that")
        folder = source.folder.resolve()
        path = (folder / line.path.replace("\0", "")).resolve()
        if path == folder or not path.is_relative_to(folder):
            hint = "move the file there, and write its path from that folder on"
            raise FaultError("D503", f'"{line.path}" is not below the folder of {source.name}', line.span, hint)
        if path in self.reading:
            circle = [other.name for other in self.reading[self.reading.index(path) :]]
            message = f"{path.name} includes itself: {' -> '.join([*circle, path.name])}"
            raise FaultError("N016", message, line.span, "break the circle")
        return path

    def read(self, line: Include, source: Source) -> Source:
        """The file that a line of a source includes.

        Raises
        ------
        FaultError
            It cannot be read, or the files come to too much.
        ModelError
            It is no text.
        """
        try:
            file = read_source((source.folder or Path()) / line.path)
        except InputError as error:
            raise FaultError(error.code, error.message, line.span, error.hint) from None
        self._size += len(file.text)
        if len(self.files) >= MOST_FILES or self._size > MAX_BYTES:
            message = f"with what is included, more than {MOST_FILES} files or {MAX_BYTES:,} bytes"
            raise FaultError("P005", message, line.span, "model files are small texts")
        self.files.append(file)
        return file
