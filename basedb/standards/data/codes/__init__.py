"""One CSV file per code list: list, code, label_zh, label_en, parent, valid_from, valid_to, aliases."""
