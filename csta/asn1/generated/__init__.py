"""BER functions generated from the schema, one module per chapter."""
