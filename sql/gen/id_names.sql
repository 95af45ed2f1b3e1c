-- {id_names:}: what an UPDATE may call the id of a row; triggers of UPDATE OF id are not run by SET
-- rowid.
id, rowid, oid, _rowid_
