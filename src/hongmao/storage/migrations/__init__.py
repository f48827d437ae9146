"""The history of the tables: one numbered file per change, run by `storage.database.Database.migrate`."""
