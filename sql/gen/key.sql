-- {key:column}: a key of a roll-up, x'' for NULL, because a primary key cannot hold NULL.
coalesce({x}, x'')
