"""From a delivered file to the published masters: contracts, readers, ledger, stages."""
