"""The `basedb` command, one file per command group."""
