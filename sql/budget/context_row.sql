-- A row that was written: ?1 id.
{context_event:(SELECT ?1 AS id)}
