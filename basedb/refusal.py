"""Why a whole delivery is not loaded: raised by any stage, of a load or of a domain."""

from __future__ import annotations


class Held(Exception):
    """A file that a person must look at before it may be loaded; the message says why."""

    def __init__(self, code: str, zh: str, en: str):
        self.code, self.zh, self.en = code, zh, en
        super().__init__(f"{zh} / {en}")


class Refused(Exception):
    """A file that cannot be loaded as it is; the message says why and what to do."""

    def __init__(self, code: str, zh: str, en: str):
        self.code, self.zh, self.en = code, zh, en
        super().__init__(f"{zh} / {en}")
