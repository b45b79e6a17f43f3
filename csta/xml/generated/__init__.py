"""XML readers and writers generated from the schema, one module per chapter."""
