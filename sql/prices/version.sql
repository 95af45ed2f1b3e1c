-- Begins to read main, so that its data version is that of now; the number itself is not looked at.
PRAGMA main.data_version;
